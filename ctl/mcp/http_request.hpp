// One HTTP request to a server on this machine, its answer taken as it comes.
#pragma once

#include <memory>
#include <string>

#include "ctl/mcp/transport.hpp"
#include "http/request.hpp"
#include "mcp/http_headers.hpp"

namespace mcpctl::ctl {

class HttpRequest {
  public:
    // To a socket or to an address of the loopback interface, or wait() fails.
    explicit HttpRequest(http::Request request);
    HttpRequest(const std::string& method, const std::string& url, const mcp::Headers& headers, std::string body);
    HttpRequest(const HttpRequest&) = delete;
    HttpRequest& operator=(const HttpRequest&) = delete;
    ~HttpRequest();

    // Waits for more of the body. False: the answer is complete.
    Result<bool> wait(const Patience& patience);
    [[nodiscard]] std::string take_body();

    // Known when wait() returned a value.
    [[nodiscard]] int status() const;
    [[nodiscard]] bool is_event_stream() const;
    [[nodiscard]] std::string header(const char* name) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mcpctl::ctl
