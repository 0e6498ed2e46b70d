// Outgoing HTTP/1.1 on the loop: requests to this machine's loopback addresses and to Unix sockets, whole or as a
// stream. Nothing else is ever connected to, no redirect is followed and no proxy asked. libcurl does the work and is
// loaded at the first request.
#pragma once

#include <memory>
#include <string>

#include "base/async.hpp"
#include "http/request.hpp"

namespace mcpctl::http {

struct Response {
    int status = 0;
    Headers headers;
    std::string body;
};

class Transfer;
class Multi;

// An answer whose body is read as it comes. What is not read stays with the server: at most 256 KiB and what libcurl
// has in hand are held here. Destroying it closes the connection.
class Stream {
  public:
    explicit Stream(std::unique_ptr<Transfer> transfer);
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    Stream(Stream&&) noexcept;
    Stream& operator=(Stream&&) noexcept;
    ~Stream();

    [[nodiscard]] int status() const;
    [[nodiscard]] const Headers& headers() const;
    // The next piece, however long; empty at the end of the body. TimedOut leaves the stream as it is, to be read
    // again. One at a time, and the stream stays where it is meanwhile.
    Task<Result<std::string>> read(Clock::time_point deadline);

  private:
    std::unique_ptr<Transfer> transfer_;
};

// Errors: NotSupported for another address than those above, Unavailable where nobody listens or the connection breaks,
// TimedOut, LimitsExceeded. Whatever status the server answers with is no error here. Cancelling the coroutine that
// waits ends the exchange.
class Client {
  public:
    explicit Client(const asio::any_io_executor& executor);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    Task<Result<Response>> send(Request request);
    // Returns when the head of the answer is there.
    Task<Result<Stream>> open(Request request);

  private:
    [[nodiscard]] std::shared_ptr<Multi> multi();

    asio::any_io_executor executor_;
    std::shared_ptr<Multi> multi_;  // made with the first request
};

}  // namespace mcpctl::http
