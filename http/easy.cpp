#include "http/easy.hpp"

#include <format>
#include <utility>

namespace mcpctl::http {

Easy::Easy(Request request) : request_(std::move(request)), handle_(made(curl().easy_init())) {
    for (const auto& [name, value] : request_.headers) {
        add_header(value.empty() ? std::format("{};", name) : std::format("{}: {}", name, value));
    }
    add_header("Expect:");  // no round trip before a large body
    set(CURLOPT_URL, request_.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http");
    set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    set(CURLOPT_PROXY, "");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PATH_AS_IS, 1L);
    // Addresses need no lookup, and libcurl walks through all that it remembers with each request.
    set(CURLOPT_DNS_CACHE_TIMEOUT, 0L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FORBID_REUSE, request_.keep_connection ? 0L : 1L);
    if (!request_.unix_socket.empty()) {
        set(CURLOPT_UNIX_SOCKET_PATH, request_.unix_socket.c_str());
    }
    set(CURLOPT_HTTPHEADER, headers_);
    set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    if (request_.method == "POST" || !request_.body.empty()) {
        set(CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request_.body.size()));
        set(CURLOPT_POSTFIELDS, request_.body.c_str());
    } else if (request_.method == "HEAD") {
        set(CURLOPT_NOBODY, 1L);
    }
}

Easy::~Easy() {
    curl().easy_cleanup(handle_);
    curl().slist_free_all(headers_);
}

void Easy::add_header(const std::string& line) {
    headers_ = made(curl().slist_append(headers_, line.c_str()));
}

int Easy::status() const {
    long status = 0;
    (void)curl().easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    return int(status);
}

std::string Easy::header(const char* name) const {
    curl_header* found = nullptr;
    return curl().easy_header(handle_, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value : "";
}

Error transfer_error(const Request& request, CURLcode code) {
    const std::string& address = request.unix_socket.empty() ? request.url : request.unix_socket;
    const ErrorCode kind = code == CURLE_OPERATION_TIMEDOUT ? ErrorCode::TimedOut : ErrorCode::Unavailable;
    return {kind, std::format("{}: {}", address, curl().easy_strerror(code))};
}

}  // namespace mcpctl::http
