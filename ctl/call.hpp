// A method call that waits for its reply in Connection::run_until(), so that Ctrl+C and a vanishing agent end it.
#pragma once

#include <sdbus-c++/IProxy.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/error.hpp"
#include "ctl/connection.hpp"
#include "dbus/errors.hpp"
#include "dbus/names.hpp"

namespace mcpctl::ctl {

struct CallFailure {
    Error error;
    bool lost = false;  // the connection or the agent went away: whether the call was carried out is not known
    bool interrupted = false;
};

template <class... Out>
using CallResult = std::expected<std::tuple<Out...>, CallFailure>;

// Tells the agent's own errors from those of the way to it.
[[nodiscard]] CallFailure failure_of(const sdbus::Error& error);
[[nodiscard]] CallFailure failure_of(Wake wake, std::chrono::seconds patience);

template <class... Out, class... In>
CallResult<Out...> call(Connection& connection, sdbus::IProxy& proxy, std::string_view interface,
                        std::string_view method, std::chrono::seconds patience, int interrupt_fd,
                        const In&... arguments) {
    // Shared with the handler, which may outlive this call when it ends early.
    auto reply = std::make_shared<std::optional<CallResult<Out...>>>();
    const std::string interface_name(interface);
    const std::string method_name(method);
    try {
        auto pending = proxy.callMethodAsync(method_name)
                           .onInterface(interface_name)
                           .withTimeout(patience + std::chrono::seconds(1))
                           .withArguments(arguments...)
                           .uponReplyInvoke([reply](std::optional<sdbus::Error> error, Out... values) {
                               if (error) {
                                   *reply = std::unexpected(failure_of(*error));
                               } else {
                                   *reply = std::tuple<Out...>(std::move(values)...);
                               }
                           });
        const auto deadline = SteadyClock::now() + patience;
        const Wake wake = connection.run_until([&] { return reply->has_value(); }, deadline, interrupt_fd);
        if (wake == Wake::done) {
            return std::move(**reply);
        }
        pending.cancel();
        return std::unexpected(failure_of(wake, patience));
    } catch (const sdbus::Error& error) {
        return std::unexpected(failure_of(error));
    }
}

}  // namespace mcpctl::ctl
