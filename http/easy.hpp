// libcurl's handle of one exchange, set up for a request: no redirects, no proxy, nothing but HTTP.
#pragma once

#include <new>
#include <string>

#include "http/curl_library.hpp"
#include "http/request.hpp"

namespace mcpctl::http {

class Easy {
  public:
    explicit Easy(Request request);
    Easy(const Easy&) = delete;
    Easy& operator=(const Easy&) = delete;
    ~Easy();

    [[nodiscard]] CURL* get() const { return handle_; }
    [[nodiscard]] const Request& request() const { return request_; }
    // Of the answer; 0 before its head has come.
    [[nodiscard]] int status() const;
    // Of the answer; empty when there is none.
    [[nodiscard]] std::string header(const char* name) const;

    template <class Value>
    void set(CURLoption option, Value value) {
        (void)curl().easy_setopt(handle_, option, value);
    }

  private:
    void add_header(const std::string& line);

    Request request_;
    CURL* handle_;
    curl_slist* headers_ = nullptr;
};

// What a failed exchange means: TimedOut, LimitsExceeded or Unavailable, with the address and libcurl's words.
[[nodiscard]] Error transfer_error(const Request& request, CURLcode code);

// Throws std::bad_alloc for a handle that libcurl could not make.
template <class Handle>
[[nodiscard]] Handle* made(Handle* handle) {
    return handle == nullptr ? throw std::bad_alloc() : handle;
}

}  // namespace mcpctl::http
