// What is asked, whoever carries it.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace mcpctl::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The value of the first header of that name, in any case; empty when there is none.
[[nodiscard]] std::string_view header(const Headers& headers, std::string_view name);

struct Request {
    std::string method = "GET";
    std::string url;               // http://127.0.0.1:PORT/… or http://[::1]:PORT/…; with a socket any host will do
    std::string unix_socket = {};  // path; empty: TCP
    Headers headers = {};
    std::string body = {};
    // For the whole exchange; of a stream, until its head has come.
    std::chrono::steady_clock::duration timeout = std::chrono::seconds(5);
    // Of the answer's head, and of its body where that is read as a whole. More is LimitsExceeded.
    std::size_t most_bytes = 64UL * 1024;
    // Whether the connection may serve a later request. Without it the server sees it close.
    bool keep_connection = true;
};

// "http://127.0.0.1:PORT" or "http://[::1]:PORT" of a URL; empty for other ones.
[[nodiscard]] std::string_view loopback_origin(std::string_view url);
// NotSupported where it does not go to a socket or a loopback address.
[[nodiscard]] Result<void> check_target(const Request& request);

}  // namespace mcpctl::http
