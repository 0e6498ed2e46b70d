#include "agent/core/session.hpp"

#include <algorithm>
#include <charconv>
#include <format>

#include "agent/core/stdio_process.hpp"

namespace mcpctl {

std::string process_text(std::uint64_t process) {
    return std::format("{:016x}", process);
}

std::optional<std::uint64_t> parse_process(std::string_view text) {
    const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    std::uint64_t process = 0;
    if (text.size() != 16 || !std::ranges::all_of(text, is_hex)) {
        return std::nullopt;
    }
    std::from_chars(text.data(), text.data() + text.size(), process, 16);
    return process == 0 ? std::nullopt : std::optional(process);
}

SessionRecord record_of(const StdioProcess& process) {
    return {.process = process.ref.process,
            .generation = process.ref.generation,
            .state = process.ended ? SessionState::ended
                     : process.end ? SessionState::ending
                                   : SessionState::open,
            .cold = process.cold,
            .pid = process.ended ? 0 : process.pid,
            .peer = process.peer,
            .opened_at = process.opened_at,
            .ended_at = process.ended ? wall_time_now() : 0,
            .reason = process.reason};
}

}  // namespace mcpctl
