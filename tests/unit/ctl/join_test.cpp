#include "ctl/join.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <future>
#include <string>
#include <thread>
#include <utility>

#include "base/unique_fd.hpp"

namespace mcpctl::ctl {
namespace {

struct Pipe {
    UniqueFd reader;
    UniqueFd writer;
    Pipe() {
        int ends[2] = {-1, -1};
        EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        reader.reset(ends[0]);
        writer.reset(ends[1]);
    }
};

std::string read_until_end(int fd) {
    std::string all;
    std::string buffer(65536, '\0');
    for (ssize_t count = 0; (count = ::read(fd, buffer.data(), buffer.size())) > 0;) {
        all.append(buffer, 0, std::size_t(count));
    }
    return all;
}

std::string read_exactly(int fd, std::size_t size) {
    std::string all(size, '\0');
    std::size_t used = 0;
    for (ssize_t count = 0; used < size && (count = ::read(fd, all.data() + used, size - used)) > 0;) {
        used += std::size_t(count);
    }
    all.resize(used);
    return all;
}

void write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        ASSERT_GT(count, 0);
        bytes.remove_prefix(std::size_t(count));
    }
}

// Every byte value, and no period that a buffer's size is a multiple of.
std::string pattern(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
        text[i] = char(i * 31 + i / 251);
    }
    return text;
}

class JoinedStreams : public testing::Test {
  protected:
    JoinedStreams() {
        std::signal(SIGPIPE, SIG_IGN);
        int ends[2] = {-1, -1};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        session.reset(ends[0]);
        server.reset(ends[1]);
    }
    std::future<EndedBy> joined(std::string first = {}) {
        return std::async(std::launch::async, [this, first = std::move(first)] {
            const EndedBy end = join(input.reader.get(), output.writer.get(), session.get(), first);
            output.writer.reset();
            return end;
        });
    }
    Pipe input;
    Pipe output;
    UniqueFd session;
    UniqueFd server;
};

TEST_F(JoinedStreams, PassOnWhatTheServerSaysAfterTheEndOfInput) {
    auto end = joined("first ");
    write_all(input.writer.get(), "then the rest");
    input.writer.reset();
    EXPECT_EQ(read_until_end(server.get()), "first then the rest");
    write_all(server.get(), "a late answer");
    server.reset();
    EXPECT_EQ(read_until_end(output.reader.get()), "a late answer");
    EXPECT_EQ(end.get(), EndedBy::client);
}

TEST_F(JoinedStreams, TellThatTheServerEndedFirst) {
    auto end = joined();
    write_all(server.get(), "last words");
    server.reset();
    EXPECT_EQ(read_until_end(output.reader.get()), "last words");
    EXPECT_EQ(end.get(), EndedBy::server);
}

TEST_F(JoinedStreams, TellThatTheServerEndedFirstWhileItReadNothing) {
    auto end = joined(pattern(std::size_t{1} << 20));  // more than the socket takes: the write waits
    read_exactly(server.get(), 1);
    server.reset();
    EXPECT_EQ(end.get(), EndedBy::server);
}

TEST_F(JoinedStreams, EndWhenNobodyReadsTheOutputOfAQuietServer) {
    auto end = joined();
    output.reader.reset();
    EXPECT_EQ(end.get(), EndedBy::client);
    EXPECT_EQ(read_until_end(server.get()), "");
}

TEST_F(JoinedStreams, EndWhenNobodyReadsTheOutputOfABusyServer) {
    auto end = joined();
    input.writer.reset();
    EXPECT_EQ(read_until_end(server.get()), "");
    output.reader.reset();
    write_all(server.get(), "into the void");
    EXPECT_EQ(end.get(), EndedBy::client);
}

constexpr std::size_t large = std::size_t{32} << 20;

// The client reads nothing until the server has read everything, and the other way round.
TEST_F(JoinedStreams, CarryLargeMessagesInOneDirectionWhileTheOtherIsBlocked) {
    const std::string message = pattern(large);
    auto end = joined();
    std::jthread blocked([&] { write_all(server.get(), message); });
    std::jthread writer([&] { write_all(input.writer.get(), message); });
    EXPECT_TRUE(read_exactly(server.get(), large) == message);
    EXPECT_TRUE(read_exactly(output.reader.get(), large) == message);
    writer.join();
    blocked.join();

    std::jthread client([&] { write_all(input.writer.get(), message); });
    std::jthread back([&] { write_all(server.get(), message); });
    EXPECT_TRUE(read_exactly(output.reader.get(), large) == message);
    EXPECT_TRUE(read_exactly(server.get(), large) == message);
    back.join();
    client.join();
    input.writer.reset();
    EXPECT_EQ(read_until_end(server.get()), "");
    server.reset();
    EXPECT_EQ(end.get(), EndedBy::client);
}

TEST_F(JoinedStreams, CopyDescriptorsThatSomebodyElseMadeNonBlocking) {
    const std::string message = pattern(std::size_t{1} << 20);
    for (const int fd : {input.reader.get(), output.writer.get(), session.get()}) {
        ASSERT_EQ(::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK), 0);
    }
    auto end = joined();
    std::jthread echo([&] { write_all(server.get(), read_exactly(server.get(), message.size())); });
    std::jthread writer([&] { write_all(input.writer.get(), message); });
    EXPECT_TRUE(read_exactly(output.reader.get(), message.size()) == message);
    EXPECT_NE(::fcntl(input.reader.get(), F_GETFL) & O_NONBLOCK, 0);
    echo.join();
    writer.join();
    server.reset();
    EXPECT_EQ(end.get(), EndedBy::server);
}

}  // namespace
}  // namespace mcpctl::ctl
