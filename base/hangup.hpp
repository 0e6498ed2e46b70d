// Notices that the other end of a socket was closed or will send no more, without being woken by what flows through it.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <functional>

#include "base/async.hpp"

namespace mcpctl {

enum class Hangup : std::uint8_t {
    none,
    half,  // the other end sends no more; it may still read
    full,  // nobody has the other end
};

// Of a connected Unix stream socket, as it is now.
[[nodiscard]] Hangup hangup_of(int socket);

// Watches many sockets. An event loop's usual watch would wake at every byte, and these sockets are never read here: an
// epoll set that asks for hang-ups only stays silent until one happens.
class HangupWatch {
  public:
    // `noticed` is called from the loop, with the key: once when the other end sends no more, again when it is closed.
    HangupWatch(const asio::any_io_executor& executor, std::function<void(std::uint64_t key)> noticed);

    // Tells at once about what is hung up already.
    void add(int socket, std::uint64_t key);
    // To be called before the socket is closed where duplicates of it exist elsewhere.
    void remove(int socket);

  private:
    void wait();

    asio::posix::stream_descriptor set_;
    std::function<void(std::uint64_t key)> noticed_;
};

}  // namespace mcpctl
