#include "ctl/join.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
#include <system_error>
#include <thread>

#include "base/unique_fd.hpp"

namespace mcpctl::ctl {
namespace {

// As much as a pipe holds.
using Buffer = std::array<char, std::size_t{64} * 1024>;

void wait_for(int fd, short events) {
    pollfd watched{fd, events, 0};
    ::poll(&watched, 1, -1);
}

// 0 at the end of input, which an error is too.
std::size_t read_some(int fd, Buffer& buffer) {
    while (true) {
        const ssize_t count = ::read(fd, buffer.data(), buffer.size());
        if (count >= 0) {
            return std::size_t(count);
        }
        if (errno == EAGAIN) {
            wait_for(fd, POLLIN);
        } else if (errno != EINTR) {
            return 0;
        }
    }
}

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count >= 0) {
            bytes.remove_prefix(std::size_t(count));
        } else if (errno == EAGAIN) {
            wait_for(fd, POLLOUT);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

// One thread per direction, so that a reader that does not read stops only its own.
class Join {
  public:
    Join(int input, int output, int session)
        : input_(input), output_(output), session_(session), finished_(::eventfd(0, EFD_CLOEXEC)) {
        if (!finished_) {
            throw std::system_error(errno, std::generic_category(), "eventfd");
        }
    }

    EndedBy run(std::string_view first) {
        std::jthread to_server([this, first] { copy_input(first); });
        const bool all_read = copy_output();
        const bool by_client = client_ended_ || !all_read;
        ::shutdown(session_, SHUT_RDWR);  // a write to the session that waits ends
        ::eventfd_write(finished_.get(), 1);
        return by_client ? EndedBy::client : EndedBy::server;
    }

  private:
    void copy_input(std::string_view first) {
        const auto buffer = std::make_unique<Buffer>();
        std::string_view bytes = first;
        while (write_all(session_, bytes)) {
            if (!wait_for_input()) {
                return;
            }
            bytes = {buffer->data(), read_some(input_, *buffer)};
            if (bytes.empty()) {
                client_ended_ = true;
                ::shutdown(session_, SHUT_WR);
                return;
            }
        }
    }

    // A read cannot be ended from outside, so it is begun only when it will not wait. False: there is nobody to copy
    // for.
    bool wait_for_input() {
        std::array<pollfd, 3> watched{pollfd{input_, POLLIN, 0}, pollfd{finished_.get(), POLLIN, 0},
                                      pollfd{output_, 0, 0}};
        while (::poll(watched.data(), watched.size(), -1) < 0) {
        }
        if (watched[1].revents != 0) {
            return false;
        }
        if (watched[2].revents != 0) {  // whoever read the output has gone: a quiet server would never tell us
            client_ended_ = true;
            ::shutdown(session_, SHUT_RDWR);
            return false;
        }
        return true;
    }

    // False when the output takes no more.
    bool copy_output() {
        const auto buffer = std::make_unique<Buffer>();
        while (const std::size_t count = read_some(session_, *buffer)) {
            if (!write_all(output_, {buffer->data(), count})) {
                return false;
            }
        }
        return true;
    }

    int input_;
    int output_;
    int session_;
    UniqueFd finished_;
    std::atomic<bool> client_ended_ = false;
};

}  // namespace

EndedBy join(int input, int output, int session, std::string_view first) {
    return Join(input, output, session).run(first);
}

}  // namespace mcpctl::ctl
