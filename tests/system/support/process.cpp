#include "tests/system/support/process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace mcpctl::test {
namespace {

// Never full, unlike a pipe, so that the program need not be read while it runs.
int memory_file(const std::string& content = {}) {
    const int fd = ::memfd_create("standard stream", MFD_CLOEXEC);
    if (fd < 0 || ::write(fd, content.data(), content.size()) != ssize_t(content.size()) ||
        ::lseek(fd, 0, SEEK_SET) != 0) {
        throw std::system_error(errno, std::generic_category(), "memfd_create");
    }
    return fd;
}

std::string take(int fd) {
    std::string text;
    std::array<char, 65536> block{};
    ::lseek(fd, 0, SEEK_SET);
    for (ssize_t count = 0; (count = ::read(fd, block.data(), block.size())) > 0;) {
        text.append(block.data(), std::size_t(count));
    }
    return text;
}

}  // namespace

Process::Process(const std::vector<std::string>& command, const std::string& input)
    : name_(command.at(0)), out_(memory_file()), err_(memory_file()) {
    std::vector<char*> argv;
    for (const std::string& word : command) {
        argv.push_back(const_cast<char*>(word.c_str()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    }
    argv.push_back(nullptr);
    const int in = memory_file(input);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, out_, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, err_, STDERR_FILENO);
    const int error = ::posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(in);
    if (error != 0) {
        throw std::system_error(error, std::generic_category(), name_);
    }
}

Process::Process(Process&& other) noexcept
    : name_(std::move(other.name_)),
      out_(std::exchange(other.out_, -1)),
      err_(std::exchange(other.err_, -1)),
      pid_(std::exchange(other.pid_, -1)) {}

Process::~Process() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    if (out_ >= 0) {
        ::close(out_);
        ::close(err_);
    }
}

Output Process::wait(std::chrono::milliseconds patience) {
    const int handle = int(::syscall(SYS_pidfd_open, pid_, 0));
    pollfd watched{handle, POLLIN, 0};
    if (::poll(&watched, 1, int(patience.count())) != 1) {
        ADD_FAILURE() << name_ << " still ran after " << patience.count() << " ms\n" << take(out_) << take(err_);
        ::kill(pid_, SIGKILL);
    }
    ::close(handle);
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), take(out_), take(err_)};
}

Output run(const std::vector<std::string>& command, const std::string& input) {
    return Process(command, input).wait();
}

std::string output_of(const std::vector<std::string>& command) {
    Output output = run(command);
    EXPECT_EQ(output.status, 0) << command.at(0) << ": " << output.err;
    if (output.out.ends_with('\n')) {
        output.out.pop_back();
    }
    return output.out;
}

}  // namespace mcpctl::test
