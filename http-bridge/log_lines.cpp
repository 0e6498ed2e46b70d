#include "http-bridge/log_lines.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancel_after.hpp>
#include <utility>

namespace mcpctl::http_bridge {
namespace {

constexpr std::size_t chunk_bytes = std::size_t(64) * 1024;

}  // namespace

LogLines::LogLines(const asio::any_io_executor& executor, UniqueFd pipe)
    : pipe_(executor, pipe.release()), chunk_(chunk_bytes, '\0') {
    pipe_.non_blocking(true);
}

void LogLines::wake() {
    woken_ = true;
    pipe_.cancel();
}

Task<std::vector<std::string>> LogLines::next(Clock::time_point deadline) {
    std::vector<std::string> lines;
    while (lines.empty() && !ended_ && !std::exchange(woken_, false) && Clock::now() < deadline) {
        const auto patience = deadline - Clock::now();
        const auto [error, bytes] = co_await pipe_.async_read_some(
            asio::buffer(chunk_), asio::cancel_after(patience, asio::as_tuple(asio::use_awaitable)));
        if (!error) {
            begun_.append(chunk_, 0, bytes);
            lines = take_lines();
        } else if (error != asio::error::operation_aborted) {
            ended_ = true;
        }
    }
    co_return lines;
}

std::vector<std::string> LogLines::take_lines() {
    std::vector<std::string> lines;
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = begun_.find('\n', begin)) != std::string::npos; begin = end + 1) {
        lines.push_back(begun_.substr(begin, end - begin));
    }
    begun_.erase(0, begin);
    return lines;
}

// Inside a text of JSON the quotes would be escaped.
std::string_view cursor_of(std::string_view line) {
    constexpr std::string_view key = "\"cursor\":\"";
    const std::size_t at = line.rfind(key);
    if (at == std::string_view::npos) {
        return {};
    }
    const std::string_view rest = line.substr(at + key.size());
    return rest.substr(0, rest.find('"'));
}

}  // namespace mcpctl::http_bridge
