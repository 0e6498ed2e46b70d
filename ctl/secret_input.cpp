#include "ctl/secret_input.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <format>

#include "base/unique_fd.hpp"
#include "ctl/interrupt.hpp"
#include "ctl/output/visible_text.hpp"

namespace mcpctl::ctl {
namespace {

using Bytes = std::vector<std::uint8_t>;

// The terminal's own line, of which it keeps no more (termios(3), "Canonical and noncanonical mode").
constexpr std::size_t longest_line = 4095;

// Typed characters stay unseen as long as it lives.
class WithoutEcho {
  public:
    explicit WithoutEcho(int terminal) : terminal_(terminal) {
        if (::tcgetattr(terminal, &before_) == 0) {
            termios quiet = before_;
            quiet.c_lflag &= ~tcflag_t(ECHO);
            quiet.c_lflag |= tcflag_t(ECHONL);
            active_ = ::tcsetattr(terminal, TCSAFLUSH, &quiet) == 0;
        }
    }
    WithoutEcho(const WithoutEcho&) = delete;
    WithoutEcho& operator=(const WithoutEcho&) = delete;
    ~WithoutEcho() {
        if (active_) {
            ::tcsetattr(terminal_, TCSAFLUSH, &before_);
        }
    }
    [[nodiscard]] bool active() const { return active_; }

  private:
    int terminal_;
    termios before_{};
    bool active_ = false;
};

std::unexpected<Error> cannot_read(const std::string& what) {
    return fail(ErrorCode::InvalidArgument, std::format("cannot read {}: {}", what, std::strerror(errno)), "--file");
}

// Reserved at once, so that no copy is left where a smaller buffer was.
Result<Bytes> read_all(int fd, const std::string& what) {
    Bytes bytes(max_secret_bytes + 1);
    std::size_t size = 0;
    while (size < bytes.size()) {
        const ssize_t got = ::read(fd, bytes.data() + size, bytes.size() - size);
        if (got < 0 && errno != EINTR) {
            return cannot_read(what);
        }
        if (got == 0) {
            break;
        }
        size += std::size_t(std::max<ssize_t>(got, 0));
    }
    if (size > max_secret_bytes) {
        return fail(ErrorCode::LimitsExceeded, std::format("{} is longer than {} KiB", what, max_secret_bytes / 1024),
                    "value");
    }
    bytes.resize(size);
    return bytes;
}

Result<Bytes> ask(const std::string& name) {
    const Interrupt interrupt;  // or the terminal would stay without echo
    const WithoutEcho hidden(STDIN_FILENO);
    if (!hidden.active()) {
        return cannot_read("the terminal without echo");
    }
    const std::string question = std::format("Value of {} (not shown): ", visible_text(name));
    (void)!::write(STDERR_FILENO, question.data(), question.size());
    std::array<pollfd, 2> wanted{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{interrupt.fd(), POLLIN, 0}};
    while (::poll(wanted.data(), wanted.size(), -1) < 0 && errno == EINTR) {
    }
    if (wanted[1].revents != 0) {
        (void)!::write(STDERR_FILENO, "\n", 1);
        return fail(ErrorCode::Canceled, "nothing was changed");
    }
    Bytes line(longest_line + 1);
    const ssize_t got = ::read(STDIN_FILENO, line.data(), line.size());
    if (got < 0) {
        return cannot_read("the terminal");
    }
    if (std::size_t(got) >= longest_line) {
        return fail(ErrorCode::LimitsExceeded, "the line is too long for a terminal", "value",
                    std::format("mcpctl secret set {} --file FILE", name));
    }
    line.resize(std::size_t(got));
    if (!line.empty() && line.back() == '\n') {
        line.pop_back();
    }
    return line;
}

}  // namespace

Result<Bytes> read_secret(const std::string& name, const std::string& file) {
    if (file.empty() && ::isatty(STDIN_FILENO) != 0) {
        return ask(name);
    }
    if (file.empty() || file == "-") {
        return read_all(STDIN_FILENO, "standard input");
    }
    const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    return fd ? read_all(fd.get(), file) : cannot_read(file);
}

}  // namespace mcpctl::ctl
