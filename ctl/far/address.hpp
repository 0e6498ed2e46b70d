// Where the HTTP bridge of another machine is: what --host says.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace mcpctl::ctl::far {

struct Address {
    std::string origin;            // "https://panel.example:6271"
    std::string base = {};         // what stands in front of the routes: empty, or "/mcpctl" behind some proxies
    std::string unix_socket = {};  // path; empty: TCP
    bool tls = false;
    bool loopback = false;  // what is sent does not leave this machine

    [[nodiscard]] std::string url(std::string_view path) const;
    [[nodiscard]] std::string websocket_url(std::string_view path) const;
    // For people, and to tell one from another.
    [[nodiscard]] std::string name() const;
};

// https://HOST[:PORT][/PATH], http://…, unix:///PATH; without a scheme it is https.
[[nodiscard]] Result<Address> parse_address(std::string_view text);

// For a segment of a path or a value of a query: all but letters, digits and -._~ escaped.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace mcpctl::ctl::far
