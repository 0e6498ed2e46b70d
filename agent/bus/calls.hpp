// The path that every method call takes: identify the caller, authorise, one call into the core, reply.
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "agent/bus/caller_source.hpp"
#include "agent/bus/context.hpp"
#include "dbus/errors.hpp"

namespace mcpctl::bus {

// Calls under way on one connection. They hold messages of that connection, so they end with this object, which is
// destroyed before it; work that they have begun goes on without a reply.
class Calls {
  public:
    Calls(const Context& context, std::unique_ptr<CallerSource> callers)
        : context_(context), callers_(std::move(callers)) {}

    // `body` returns Task<Result<…>> of nothing, one value or a tuple, as `Out…` says. It must not use the object that
    // was called, which may be gone when the answer is known. To be called from the method's handler.
    template <class... Out, class Body>
    void handle(const sdbus::IObject& object, sdbus::Result<Out...>&& reply, const char* interface, Body body) {
        context_.called();
        const sdbus::Message message = object.getCurrentlyProcessedMessage();
        const char* sender = message.getSender();
        auto pending = std::make_shared<Pending<Out...>>(std::move(reply));
        pending_.insert(pending);
        spawn_detached(context_.executor, message.getMemberName(),
                       answer(std::weak_ptr(pending), std::string(sender == nullptr ? "" : sender),
                              short_name(interface), message.getMemberName(), std::move(body)));
    }

    [[nodiscard]] bool empty() const { return pending_.empty(); }

  private:
    struct AnyPending {
        virtual ~AnyPending() = default;
    };
    template <class... Out>
    struct Pending final : AnyPending {
        explicit Pending(sdbus::Result<Out...>&& result) : reply(std::move(result)) {}
        sdbus::Result<Out...> reply;
    };

    // "org.mcpctl.Agent1.Manager" is "Manager" in the access table.
    static std::string short_name(std::string_view interface) {
        return std::string(interface.substr(interface.rfind('.') + 1));
    }

    template <class Body, class... Out>
    Task<void> answer(std::weak_ptr<Pending<Out...>> pending, std::string sender, std::string interface,
                      std::string method, Body body) {
        using Outcome = typename decltype(body())::value_type;
        auto caller = co_await callers_->identify(std::move(sender));
        Outcome outcome = std::unexpected(Error{});
        if (!caller) {
            outcome = std::unexpected(caller.error());
        } else if (auto allowed = authorise(*caller, interface, method); !allowed) {
            outcome = std::unexpected(allowed.error());
        } else {
            outcome = co_await guarded(body);
        }
        if (auto open = pending.lock()) {
            send(open->reply, outcome);
            pending_.erase(open);
            context_.called();
        }
    }

    // No exception reaches the bus library: it would be sent as an error with a foreign name.
    template <class Body>
    static auto guarded(Body& body) -> decltype(body()) {
        try {
            co_return co_await body();
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
    std::set<std::shared_ptr<AnyPending>> pending_;
};

}  // namespace mcpctl::bus
