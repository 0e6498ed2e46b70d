// What the exit status of mcpctl means.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace mcpctl::ctl {

enum class ExitCode : std::uint8_t {
    done = 0,
    failed = 1,
    usage = 2,
    refused = 3,
    not_found = 4,
    unreachable = 5,
    timed_out = 6,
    not_ready = 7,
    server_ended = 8,
    interrupted = 130,
};

[[nodiscard]] ExitCode exit_code_of(ErrorCode code);

struct ExitCodeMeaning {
    ExitCode code;
    std::string_view text;
};
[[nodiscard]] std::span<const ExitCodeMeaning> exit_codes();

// The table for --help.
[[nodiscard]] std::string exit_codes_help();

}  // namespace mcpctl::ctl
