// The far end of a standby or session: answers ping, as every MCP server must, and otherwise does what a test says.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/async.hpp"
#include "base/unique_fd.hpp"

namespace mcpctl::test {

class FakeStdioServer : public std::enable_shared_from_this<FakeStdioServer> {
  public:
    // `at_end` is called when there is no more input.
    static std::shared_ptr<FakeStdioServer> start(const asio::any_io_executor& executor, int stdio, bool answers,
                                                  std::function<void()> at_end) {
        auto server = std::shared_ptr<FakeStdioServer>(new FakeStdioServer(executor, stdio, answers));
        server->at_end_ = std::move(at_end);
        server->read_on();
        return server;
    }

    void write(const std::string& text) {
        (void)::send(socket_.native_handle(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    void exit() {
        at_end_ = nullptr;
        socket_.close();
    }

    std::string behind_answer;  // sent together with the answer to ping
    bool answers;

  private:
    FakeStdioServer(const asio::any_io_executor& executor, int stdio, bool answers_ping)
        : answers(answers_ping), socket_(executor, ::fcntl(stdio, F_DUPFD_CLOEXEC, 0)) {}

    void read_on() {
        socket_.async_wait(asio::posix::stream_descriptor::wait_read,
                           [self = shared_from_this()](const boost::system::error_code& error) {
                               if (!error && self->read()) {
                                   self->read_on();
                               }
                           });
    }

    bool read() {
        std::array<char, 4096> buffer{};
        const ssize_t size = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (size == 0) {
            if (const auto at_end = std::exchange(at_end_, nullptr)) {
                at_end();
            }
            return false;
        }
        const std::string text(buffer.data(), std::size_t(std::max<ssize_t>(size, 0)));
        if (const std::size_t id = text.find("mcpctl-"); answers && id != std::string::npos) {
            write(R"({"jsonrpc":"2.0","id":")" + text.substr(id, text.find('"', id) - id) + R"(","result":{}})" + "\n" +
                  behind_answer);
        }
        return true;
    }

    asio::posix::stream_descriptor socket_;
    std::function<void()> at_end_;
};

}  // namespace mcpctl::test
