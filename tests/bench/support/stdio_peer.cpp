#include "tests/bench/support/stdio_peer.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <format>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace mcpctl::bench {
namespace {

constexpr std::string_view ping_line = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n";

void check(int result, const char* what) {
    if (result < 0) {
        throw std::system_error(errno, std::generic_category(), what);
    }
}

std::pair<UniqueFd, UniqueFd> pipe() {
    std::array<int, 2> ends{};
    check(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

pid_t spawn(const std::vector<std::string>& command, int in, int out) {
    std::vector<char*> argv;
    for (const std::string& word : command) {
        argv.push_back(const_cast<char*>(word.c_str()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    }
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    const int error = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        throw std::system_error(error, std::generic_category(), command.front());
    }
    return child;
}

}  // namespace

StdioPeer::StdioPeer(const std::vector<std::string>& command, Link link) {
    if (link == Link::pipes) {
        auto [their_in, our_out] = pipe();
        auto [our_in, their_out] = pipe();
        pid_ = spawn(command, their_in.get(), their_out.get());
        input_ = std::move(our_out);
        output_ = std::move(our_in);
    } else {
        std::array<int, 2> ends{};
        check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
        const UniqueFd theirs(ends[1]);
        input_.reset(ends[0]);
        pid_ = spawn(command, theirs.get(), theirs.get());
    }
}

StdioPeer::StdioPeer(UniqueFd socket) : input_(std::move(socket)) {}

StdioPeer::StdioPeer(StdioPeer&& other) noexcept
    : input_(std::move(other.input_)), output_(std::move(other.output_)), pid_(std::exchange(other.pid_, 0)) {}

void StdioPeer::ping() {
    if (::write(input_.get(), ping_line.data(), ping_line.size()) != ssize_t(ping_line.size())) {
        throw std::runtime_error("the server takes no input");
    }
    const int from = output_ ? output_.get() : input_.get();
    std::array<char, 4096> answer{};
    std::size_t size = 0;
    while (size == 0 || answer[size - 1] != '\n') {
        const ssize_t count = ::read(from, answer.data() + size, answer.size() - size);
        if (count <= 0) {
            throw std::runtime_error("the server's output ended");
        }
        size += std::size_t(count);
    }
    const std::string_view text(answer.data(), size);
    if (!text.contains("\"id\":1") || !text.contains("\"result\"")) {
        throw std::runtime_error(std::format("not an answer: {}", text));
    }
}

void StdioPeer::close_input() {
    input_.reset();
}

void StdioPeer::close() {
    input_.reset();
    output_.reset();
    if (pid_ > 0) {
        ::waitpid(std::exchange(pid_, 0), nullptr, 0);
    }
}

}  // namespace mcpctl::bench
