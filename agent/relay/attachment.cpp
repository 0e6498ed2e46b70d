#include "agent/relay/attachment.hpp"

#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <format>

#include "agent/core/launch_failure.hpp"
#include "agent/docker/engine_messages.hpp"

namespace mcpctl::relay {
namespace {

constexpr auto patience = std::chrono::seconds(10);
constexpr std::size_t most_head = 16UL * 1024;
constexpr std::size_t piece = 64UL * 1024;
constexpr auto as_value = asio::as_tuple(asio::use_awaitable);

std::unexpected<Error> lost(const boost::system::error_code& error) {
    return fail(ErrorCode::Unavailable, std::format("the engine's stream cannot be attached: {}", error.message()));
}

// Docker answers 101, and so does Podman; older ones 200.
bool is_attached(std::string_view head) {
    return head.starts_with("HTTP/1.1 101") || head.starts_with("HTTP/1.1 200");
}

}  // namespace

OwnStreams::OwnStreams(const asio::any_io_executor& executor, bool one_log)
    : one_log_(one_log),
      input_(executor, ::dup(STDIN_FILENO)),
      output_(executor, ::dup(STDOUT_FILENO)),
      error_(executor, ::dup(STDERR_FILENO)) {}

Task<std::string> OwnStreams::read() {
    std::string bytes(piece, '\0');
    const auto [error, count] = co_await input_.async_read_some(asio::buffer(bytes), as_value);
    bytes.resize(error ? 0 : count);
    co_return bytes;
}

Task<void> OwnStreams::write(int stream, std::string_view bytes) {
    const std::string lines = one_log_ ? lines_.take(stream, bytes) : std::string();
    auto& target = stream == 2 ? error_ : output_;
    co_await asio::async_write(target, one_log_ ? asio::buffer(lines) : asio::buffer(bytes), as_value);
}

Task<void> OwnStreams::finish() {
    const std::string rest = lines_.rest();
    co_await asio::async_write(output_, asio::buffer(rest), as_value);
}

Task<Result<void>> Attachment::connect(std::string engine_socket, std::string path) {
    asio::steady_timer deadline(socket_.get_executor(), patience);
    deadline.async_wait([this](const boost::system::error_code& stopped) {
        if (!stopped) {
            close();
        }
    });
    const asio::local::stream_protocol::endpoint endpoint(engine_socket);
    const auto [error] = co_await socket_.async_connect(endpoint, as_value);
    if (error) {
        co_return lost(error);
    }
    co_return co_await switch_protocols(std::move(path));
}

Task<Result<void>> Attachment::switch_protocols(std::string path) {
    const std::string request = std::format(
        "POST {} HTTP/1.1\r\nHost: engine\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n", path);
    const auto [write_error, written] = co_await asio::async_write(socket_, asio::buffer(request), as_value);
    if (write_error) {
        co_return lost(write_error);
    }
    std::string answer;
    constexpr std::string_view end_of_head = "\r\n\r\n";
    const auto [read_error, head] =
        co_await asio::async_read_until(socket_, asio::dynamic_buffer(answer, most_head), end_of_head, as_value);
    if (read_error) {
        co_return lost(read_error);
    }
    early_ = answer.substr(head);
    if (!is_attached(answer)) {
        co_return co_await refusal();
    }
    co_return Result<void>();
}

// Podman sets a container up when it is attached, and what goes wrong there is why it cannot be started.
Task<Result<void>> Attachment::refusal() {
    // Engines end what they say with a newline.
    std::string body = std::move(early_);
    co_await asio::async_read_until(socket_, asio::dynamic_buffer(body, most_head), '\n', as_value);
    co_return std::unexpected(launch_failure(docker::reason_of_refusal(docker::error_message(body))));
}

Task<void> Attachment::pass_output(OwnStreams& own) {
    std::string bytes = std::move(early_);
    while (true) {
        const auto pieces = frames_.take(bytes);
        if (!pieces) {
            break;
        }
        for (const StreamPiece& part : *pieces) {
            co_await own.write(part.stream, part.bytes);
        }
        bytes.resize(piece);
        const auto [error, count] = co_await socket_.async_read_some(asio::buffer(bytes), as_value);
        if (error) {
            break;
        }
        bytes.resize(count);
    }
    co_await own.finish();
}

Task<void> Attachment::pass_input(OwnStreams& own) {
    while (true) {
        const std::string bytes = co_await own.read();
        if (bytes.empty()) {
            boost::system::error_code ignored;
            socket_.shutdown(asio::socket_base::shutdown_send, ignored);
            co_return;
        }
        const auto [error, count] = co_await asio::async_write(socket_, asio::buffer(bytes), as_value);
        if (error) {
            co_return;
        }
    }
}

void Attachment::close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
}

}  // namespace mcpctl::relay
