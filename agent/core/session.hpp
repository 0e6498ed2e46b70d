// What is known of one session: a process of a stdio server that was handed to one client.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/core/instance.hpp"

namespace mcpctl {

// Who opened it. For records only: the process may have passed the descriptor on.
struct SessionPeer {
    uid_t uid = uid_t(-1);
    pid_t pid = 0;
};

enum class SessionState : std::uint8_t {
    open,
    ending,  // its client is gone, or somebody asked for its end
    ended,
};

struct SessionRecord {
    std::uint64_t process = 0;
    std::uint64_t generation = 0;
    SessionState state = SessionState::open;
    bool cold = false;  // no standby was ready: it was started for this session
    int pid = 0;
    SessionPeer peer;
    WallTime opened_at = 0;
    WallTime ended_at = 0;
    Reason reason;
};

// A session is named by its process: 16 hexadecimal digits, never all zero.
[[nodiscard]] std::string process_text(std::uint64_t process);
[[nodiscard]] std::optional<std::uint64_t> parse_process(std::string_view text);

}  // namespace mcpctl
