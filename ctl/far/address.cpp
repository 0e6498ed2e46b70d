#include "ctl/far/address.hpp"

#include <sys/un.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <format>
#include <optional>

#include "base/shown.hpp"

namespace mcpctl::ctl::far {
namespace {

constexpr std::string_view hint = "https://HOST:PORT, http://HOST:PORT or unix:///PATH";
// The header Host of a request to a socket: one of those that the bridge serves without being told.
constexpr std::string_view socket_origin = "http://localhost:6270";

std::unexpected<Error> wrong(std::string reason) {
    return fail(ErrorCode::InvalidArgument, std::move(reason), "--host", std::string(hint));
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return lower;
}

bool is_port(std::string_view text) {
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port > 0 && port <= 65535;
}

bool is_host_name(std::string_view host) {
    const bool is_ipv6 = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
    const std::string_view name = is_ipv6 ? host.substr(1, host.size() - 2) : host;
    return !name.empty() && std::ranges::all_of(name, [&](char c) {
        return is_letter_or_digit(c) || c == '.' || (is_ipv6 ? c == ':' : c == '-' || c == '_');
    });
}

bool is_loopback(std::string_view host) {
    const bool is_ipv4 = host.find_first_not_of("0123456789.") == std::string_view::npos;
    return host == "localhost" || host == "[::1]" || (is_ipv4 && host.starts_with("127."));
}

Result<Address> socket_at(std::string_view path) {
    if (!path.starts_with('/') || path.size() >= sizeof(sockaddr_un::sun_path)) {
        return wrong(std::format("a socket has an absolute path of less than {} bytes", sizeof(sockaddr_un::sun_path)));
    }
    return Address{.origin = std::string(socket_origin), .unix_socket = std::string(path), .loopback = true};
}

Result<Address> authority(std::string_view text, bool tls) {
    if (text.contains('@')) {
        return wrong("no user and no password belongs there: MCPCTL_TOKEN or --token-file has the token");
    }
    // The colons of an IPv6 address stand in brackets.
    const std::size_t closing = text.rfind(']');
    const std::size_t colon = text.find(':', closing == std::string_view::npos ? 0 : closing);
    const std::string host = lower_case(text.substr(0, colon));
    if (!is_host_name(host) || (colon != std::string_view::npos && !is_port(text.substr(colon + 1)))) {
        return wrong(std::format("{} is no host and port", shown(text)));
    }
    const std::string_view port = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    return Address{
        .origin = std::format("{}://{}{}", tls ? "https" : "http", host, port),
        .tls = tls,
        .loopback = is_loopback(host),
    };
}

}  // namespace

std::string Address::url(std::string_view path) const {
    return std::format("{}{}{}", origin, base, path);
}

std::string Address::websocket_url(std::string_view path) const {
    return "ws" + url(path).substr(std::string_view("http").size());
}

std::string Address::name() const {
    return unix_socket.empty() ? origin + base : "unix://" + unix_socket;
}

Result<Address> parse_address(std::string_view text) {
    if (text.empty() || std::ranges::any_of(text, [](char c) { return c <= ' ' || c > '~' || c == '\\'; })) {
        return wrong("the address is empty, or has characters that do not belong there");
    }
    const std::size_t colon = text.find("://");
    const std::string scheme = colon == std::string_view::npos ? "https" : lower_case(text.substr(0, colon));
    const std::string_view rest = colon == std::string_view::npos ? text : text.substr(colon + 3);
    if (scheme == "unix") {
        return socket_at(rest);
    }
    if (scheme != "https" && scheme != "http") {
        return wrong(std::format("{} is none of https, http and unix", shown(scheme)));
    }
    if (rest.find_first_of("?#") != std::string_view::npos) {
        return wrong("the address ends with the path");
    }
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    auto address = authority(rest.substr(0, slash), scheme == "https");
    if (address) {
        address->base = rest.substr(slash);
        address->base.erase(address->base.find_last_not_of('/') + 1);
    }
    return address;
}

std::string percent_encoded(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        if (is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            encoded += c;
        } else {
            encoded += std::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return encoded;
}

}  // namespace mcpctl::ctl::far
