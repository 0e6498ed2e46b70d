// All exchanges of one client, driven by libcurl's "multi socket" interface on the loop: it says which sockets to watch
// and when it wants to be woken, and is told what happened.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>

#include "base/async.hpp"
#include "http/curl_library.hpp"

namespace mcpctl::http {

class Transfer;

class Multi : public std::enable_shared_from_this<Multi> {
  public:
    explicit Multi(const asio::any_io_executor& executor);
    Multi(const Multi&) = delete;
    Multi& operator=(const Multi&) = delete;
    ~Multi();

    // Calls Transfer::end() when it is over. Whoever is added is removed before it goes.
    void add(Transfer& transfer);
    void remove(Transfer& transfer);

  private:
    static int watch(CURL* easy, curl_socket_t socket, int what, void* self, void* watched);
    static int schedule(CURLM* multi, long milliseconds, void* scheduled);

    void wait();
    void sockets_ready();
    void act(curl_socket_t socket, int events);
    void collect();

    CURLM* handle_;
    // libcurl's sockets are in a set of their own and the loop watches the set: libcurl closes them as it likes.
    asio::posix::stream_descriptor set_;
    asio::steady_timer timer_;
};

}  // namespace mcpctl::http
