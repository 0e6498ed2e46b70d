#include "ctl/far/access.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <format>
#include <string_view>
#include <utility>

#include "ctl/far/token.hpp"

namespace mcpctl::ctl::far {
namespace {

// libcurl does not look there by itself; its command line tool does, and everybody else who uses OpenSSL.
std::string usual_ca_file() {
    const char* file = std::getenv("SSL_CERT_FILE");
    return file == nullptr ? "" : file;
}

Result<void> check_ca_file(const std::string& file) {
    if (!file.empty() && ::access(file.c_str(), R_OK) != 0) {
        return fail(ErrorCode::InvalidArgument, std::format("{}: {}", file, std::strerror(errno)), "--cacert");
    }
    return {};
}

// An argument can be read by everybody on this machine, the environment of a process only by its user.
Result<void> check_proxy(std::string_view proxy) {
    const std::size_t scheme = proxy.find("://");
    const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
    const std::string_view authority = proxy.substr(begin, proxy.substr(begin).find('/'));
    const std::size_t at = authority.rfind('@');
    if (at != std::string_view::npos && authority.substr(0, at).contains(':')) {
        return fail(ErrorCode::InvalidArgument, "a password in an argument can be read by everybody on this machine",
                    "--proxy", "set https_proxy or http_proxy instead");
    }
    return {};
}

}  // namespace

Result<Access> access_from(const Options& options) {
    auto address = parse_address(options.host);
    if (!address) {
        return std::unexpected(std::move(address.error()));
    }
    if (!address->tls && !address->loopback && !options.insecure_http) {
        return fail(ErrorCode::InvalidArgument,
                    std::format("everybody on the way could read the token: {} is not encrypted", address->name()),
                    "--host", "use https://, or say --insecure-http where the network itself is trusted");
    }
    Access access{.address = *std::move(address),
                  .token = {},
                  .ca_file = options.ca_file.empty() ? usual_ca_file() : options.ca_file,
                  .proxy = options.proxy};
    if (auto checked = check_ca_file(access.ca_file).and_then([&] { return check_proxy(access.proxy); }); !checked) {
        return std::unexpected(std::move(checked.error()));
    }
    return find_token(options.token_file).transform([&](std::string token) {
        access.token = std::move(token);
        return std::move(access);
    });
}

}  // namespace mcpctl::ctl::far
