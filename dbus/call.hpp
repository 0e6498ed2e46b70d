// An asynchronous D-Bus method call as an awaitable.
#pragma once

#include <sdbus-c++/IProxy.h>

#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "base/async.hpp"
#include "base/error.hpp"
#include "dbus/errors.hpp"

namespace mcpctl::dbus {

namespace detail {

template <class... Out>
struct Reply {
    using type = std::tuple<Out...>;
    static Result<type> make(Out... values) { return type(std::move(values)...); }
};
template <class Out>
struct Reply<Out> {
    using type = Out;
    static Result<type> make(Out value) { return value; }
};
template <>
struct Reply<> {
    using type = void;
    static Result<type> make() { return {}; }
};

}  // namespace detail

// `Out…` are the types of the reply's values: none gives Result<void>, one gives Result<Out>, several a tuple. The
// proxy must outlive the call. Errors of the bus come back as from_bus() maps them.
template <class... Out, class... In>
Task<Result<typename detail::Reply<Out...>::type>> call(sdbus::IProxy& proxy, std::string interface, std::string method,
                                                        Clock::duration timeout, In... arguments) {
    using Value = Result<typename detail::Reply<Out...>::type>;
    auto executor = co_await asio::this_coro::executor;
    auto initiate = [&]<class Handler>(Handler&& handler) {
        // std::function wants a copyable callable. The coroutine goes on in a turn of its own, because it may destroy
        // the connection, which must not happen inside its callback.
        auto shared = std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler));
        auto finish = [shared, executor](Value value) {
            asio::post(executor, [shared, value = std::move(value)]() mutable { (*shared)(std::move(value)); });
        };
        try {
            proxy.callMethodAsync(method)
                .onInterface(interface)
                .withTimeout(timeout)
                .withArguments(arguments...)
                .uponReplyInvoke([finish](std::optional<sdbus::Error> error, Out... values) {
                    finish(error ? Value(std::unexpected(from_bus(*error)))
                                 : Value(detail::Reply<Out...>::make(std::move(values)...)));
                });
        } catch (const sdbus::Error& error) {
            finish(std::unexpected(from_bus(error)));
        }
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Value)>(std::move(initiate),
                                                                                        asio::use_awaitable);
}

}  // namespace mcpctl::dbus
