#include "agent/bus/polkit.hpp"

#include <format>
#include <map>
#include <optional>
#include <string_view>

#include "dbus/call.hpp"
#include "dbus/name_watch.hpp"

namespace mcpctl::bus {
namespace {

constexpr const char* authority_interface = "org.freedesktop.PolicyKit1.Authority";
constexpr std::uint32_t allow_user_interaction = 1;

using Subject = sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>>;
// is_authorized, is_challenge, details
using Decision = sdbus::Struct<bool, bool, std::map<std::string, std::string>>;

std::unexpected<Error> denied(std::string why) {
    return fail(ErrorCode::AccessDenied, std::move(why));
}

Result<void> result_of(const Decision& decision, bool interactive) {
    if (std::get<0>(decision)) {
        return {};
    }
    if (std::get<1>(decision)) {
        return denied(interactive ? "nobody authenticated"
                                  : "polkit wants a password, which this caller cannot be asked for");
    }
    return denied(std::get<2>(decision).contains("polkit.dismissed") ? "the authentication was dismissed"
                                                                     : "polkit says no");
}

}  // namespace

Polkit::Polkit(sdbus::IConnection& connection)
    : connection_(connection),
      authority_(sdbus::createProxy(connection, sdbus::ServiceName("org.freedesktop.PolicyKit1"),
                                    sdbus::ObjectPath("/org/freedesktop/PolicyKit1/Authority"))),
      daemon_(sdbus::createProxy(connection, sdbus::ServiceName("org.freedesktop.DBus"),
                                 sdbus::ObjectPath("/org/freedesktop/DBus"))) {}

Task<Result<void>> Polkit::check(PolicyQuestion question) {
    const auto called = Clock::now();
    const auto gate = gate_of(question.user);
    const auto place = co_await gate->enter();
    if (Clock::now() - called >= patience && !question.interactive) {
        co_return denied(
            std::format("polkit has not decided {} other calls of user {}", checks_of_user, question.user));
    }
    co_return co_await ask(question);
}

std::shared_ptr<Gate> Polkit::gate_of(uid_t user) {
    std::erase_if(gates_, [](const auto& entry) { return entry.second.expired(); });
    auto gate = gates_[user].lock();
    if (!gate) {
        gate = std::make_shared<Gate>(checks_of_user, patience_with_people);
        gates_[user] = gate;
    }
    return gate;
}

Task<Result<void>> Polkit::ask(const PolicyQuestion& question) {
    const std::string id = question.interactive ? std::format("mcpctl-{}", ++checks_) : "";
    if (question.interactive) {
        watches_.emplace(id, cancel_when_gone(question.bus_name, id));
    }
    const Subject caller{"system-bus-name", {{"name", sdbus::Variant(question.bus_name)}}};
    const Clock::duration timeout = question.interactive ? Clock::duration(patience_with_people) : patience;
    const auto decision = co_await dbus::call<Decision>(
        *authority_, authority_interface, "CheckAuthorization", timeout, caller, std::string(question.action),
        question.details, question.interactive ? allow_user_interaction : std::uint32_t(0), id);
    watches_.erase(id);
    if (!decision) {
        co_return denied(std::format("polkit does not decide: {}", decision.error().reason));
    }
    if (auto granted = result_of(*decision, question.interactive); !granted) {
        co_return granted;
    }
    co_return co_await still_there(question.bus_name);
}

// What nobody waits for any more is not done: the answer may have taken minutes.
Task<Result<void>> Polkit::still_there(const std::string& bus_name) {
    const auto present =
        co_await dbus::call<bool>(*daemon_, "org.freedesktop.DBus", "NameHasOwner", patience, bus_name);
    co_return present.value_or(false) ? Result<void>() : denied("the caller has left the bus");
}

// Otherwise the question would stay on somebody's screen.
sdbus::Slot Polkit::cancel_when_gone(const std::string& bus_name, const std::string& check) {
    return dbus::when_name_vanishes(connection_, bus_name, [this, check] {
        authority_->callMethodAsync("CancelCheckAuthorization")
            .onInterface(authority_interface)
            .withArguments(check)
            // sdbus-c++ knows a handler by this very signature. NOLINTNEXTLINE(performance-unnecessary-value-param)
            .uponReplyInvoke([](std::optional<sdbus::Error> /*it had ended*/) {});
    });
}

}  // namespace mcpctl::bus
