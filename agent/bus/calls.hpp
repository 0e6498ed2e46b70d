// The path that every method call takes: identify the caller, authorise, one call into the core, reply.
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "agent/bus/caller_source.hpp"
#include "agent/bus/context.hpp"
#include "agent/bus/shown_tokens.hpp"
#include "agent/bus/subject.hpp"
#include "dbus/errors.hpp"
#include "dbus/message.hpp"

namespace mcpctl::bus {

// Writes down that a call was denied, or that it would have changed something and was refused.
void audit_failure(const Context& context, const Called& called, const Caller& caller, const Error& error);

// LimitsExceeded where the caller follows too much already. The bridge follows for many, and sees to them itself.
[[nodiscard]] Result<Held> place_of_follower(const Context& context, const Caller& caller);

// AccessDenied, with what it would take, unless the table or polkit allows the call.
Task<Result<void>> authorise(const Context& context, CallerSource& callers, Caller caller, Called called);

// Asks for a right that a call with such arguments needs beside the one in its row.
using AuthoriseFurther = std::function<Task<Result<void>>(Right)>;

// Calls under way on one connection. They hold messages of that connection, so they end with this object, which is
// destroyed before it; work that they have begun goes on without a reply.
class Calls {
  public:
    // `answered` is called after each answer.
    Calls(const Context& context, sdbus::IConnection& connection, std::unique_ptr<CallerSource> callers,
          std::function<void()> answered)
        : context_(context),
          callers_(std::move(callers)),
          shown_tokens_(std::make_shared<ShownTokens>(connection)),
          answered_(std::move(answered)) {}

    // The message that is being handled holds a secret.
    void keep_secret(const sdbus::IObject& object) { dbus::mark_sensitive(object.getCurrentlyProcessedMessage()); }
    [[nodiscard]] std::weak_ptr<ShownTokens> shown_tokens() { return shown_tokens_; }

    // The next call is for `object`, which is kept until the answer: sd-bus compares the reply with the signature in
    // the object's own table.
    void expect(std::shared_ptr<const void> object) { expected_ = std::move(object); }

    // `body` takes nothing, or the caller, or the caller and AuthoriseFurther, and returns Task<Result<…>> of nothing,
    // one value or a tuple, as `Out…` says. It must not use the object that was called, which goes with the connection.
    // To be called from the method's handler. `about` is what the arguments name, where the path does not.
    template <class... Out, class Body>
    void handle(const sdbus::IObject& object, sdbus::Result<Out...>&& reply, const char* interface, Body body,
                About about = {}) {
        context_.called();
        const sdbus::Message message = object.getCurrentlyProcessedMessage();
        const char* sender = message.getSender();
        auto pending = std::make_shared<Pending<Out...>>(std::move(reply), expected_);
        pending_.insert(pending);
        spawn_detached(context_.executor, message.getMemberName(),
                       answer(std::weak_ptr(pending), std::string(sender == nullptr ? "" : sender),
                              {message.getPath(), short_name(interface), message.getMemberName(), std::move(about),
                               dbus::allows_interaction(message)},
                              std::move(body)));
    }

    [[nodiscard]] bool empty() const { return pending_.empty(); }

  private:
    struct AnyPending {
        virtual ~AnyPending() = default;
    };
    template <class... Out>
    struct Pending final : AnyPending {
        Pending(sdbus::Result<Out...>&& result, std::shared_ptr<const void> called)
            : object(std::move(called)), reply(std::move(result)) {}
        std::shared_ptr<const void> object;
        sdbus::Result<Out...> reply;
    };

    // "org.mcpctl.Agent1.Manager" is "Manager" in the access table.
    static std::string short_name(std::string_view interface) {
        return std::string(interface.substr(interface.rfind('.') + 1));
    }

    template <class Body, class... Out>
    Task<void> answer(std::weak_ptr<Pending<Out...>> pending, std::string sender, Called called, Body body) {
        using Outcome = typename decltype(invoke(body, Caller{}, {}))::value_type;
        const Context& context = context_;  // outlives this object, which goes with its connection
        auto caller = co_await callers_->identify(std::move(sender));
        if (caller) {
            caller->token = shown_tokens_->of(caller->bus_name);
        }
        Outcome outcome = std::unexpected(Error{});
        auto place = caller.and_then([&](const Caller& known) { return context.calls.enter(known.uid); });
        if (!place) {
            outcome = std::unexpected(place.error());
        } else if (auto allowed = co_await authorise(context, *callers_, *caller, called); !allowed) {
            outcome = std::unexpected(allowed.error());
        } else {
            outcome = co_await guarded(body, *caller, [&](Right right) -> Task<Result<void>> {
                // This object may have gone with its connection, while somebody thought about his password.
                if (pending.expired()) {
                    co_return fail(ErrorCode::AccessDenied, "the caller has gone");
                }
                called.right = right;
                co_return co_await authorise(context, *callers_, *caller, called);
            });
        }
        if (caller && !outcome) {
            audit_failure(context, called, *caller, outcome.error());
        }
        if (auto open = pending.lock()) {
            send(open->reply, outcome);
            pending_.erase(open);
            open.reset();
            answered_();
        }
        context.called();
    }

    template <class Body>
    static auto invoke(Body& body, const Caller& caller, const AuthoriseFurther& further) {
        if constexpr (std::is_invocable_v<Body&, const Caller&, const AuthoriseFurther&>) {
            return body(caller, further);
        } else if constexpr (std::is_invocable_v<Body&, const Caller&>) {
            return body(caller);
        } else {
            return body();
        }
    }

    // No exception reaches the bus library: it would be sent as an error with a foreign name.
    template <class Body>
    static auto guarded(Body& body, Caller caller, AuthoriseFurther further)
        -> decltype(invoke(body, caller, further)) {
        try {
            co_return co_await invoke(body, caller, further);
        } catch (const std::exception& defect) {
            co_return fail(ErrorCode::Internal, defect.what(), {}, "this is a defect in mcpctl; please report it");
        }
    }

    template <class Outcome, class... Out>
    static void send(sdbus::Result<Out...>& reply, const Outcome& outcome) {
        if (!outcome) {
            reply.returnError(dbus::to_bus(outcome.error()));
        } else if constexpr (sizeof...(Out) == 0) {
            reply.returnResults();
        } else if constexpr (sizeof...(Out) == 1) {
            reply.returnResults(*outcome);
        } else {
            std::apply([&](const auto&... values) { reply.returnResults(values...); }, *outcome);
        }
    }

    const Context& context_;
    std::unique_ptr<CallerSource> callers_;
    std::shared_ptr<ShownTokens> shown_tokens_;
    std::function<void()> answered_;
    std::shared_ptr<const void> expected_;
    std::set<std::shared_ptr<AnyPending>> pending_;
};

}  // namespace mcpctl::bus
