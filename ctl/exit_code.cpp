#include "ctl/exit_code.hpp"

#include <array>
#include <format>

namespace mcpctl::ctl {
namespace {

constexpr std::array meanings{
    ExitCodeMeaning{ExitCode::done, "done"},
    ExitCodeMeaning{ExitCode::failed, "failed: the reason is on stderr"},
    ExitCodeMeaning{ExitCode::usage, "usage: the command line or a definition is wrong"},
    ExitCodeMeaning{ExitCode::refused, "refused: you may not do this"},
    ExitCodeMeaning{ExitCode::not_found, "not found: no such server, profile, instance, session or tool"},
    ExitCodeMeaning{ExitCode::unreachable, "the agent, or the engine of a container, cannot be reached"},
    ExitCodeMeaning{ExitCode::timed_out, "timed out; a job that was begun goes on"},
    ExitCodeMeaning{ExitCode::not_ready, "not ready: the instance does not run, or does not answer MCP"},
    ExitCodeMeaning{ExitCode::server_ended, "the server ended the session"},
    ExitCodeMeaning{ExitCode::interrupted, "interrupted; a job that was begun goes on"},
};

}  // namespace

ExitCode exit_code_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::InvalidArgument:
            return ExitCode::usage;
        case ErrorCode::AccessDenied:
            return ExitCode::refused;
        case ErrorCode::NotFound:
            return ExitCode::not_found;
        case ErrorCode::Unavailable:
            return ExitCode::unreachable;
        case ErrorCode::TimedOut:
            return ExitCode::timed_out;
        case ErrorCode::NotReady:
            return ExitCode::not_ready;
        case ErrorCode::AlreadyExists:
        case ErrorCode::InUse:
        case ErrorCode::Busy:
        case ErrorCode::NotManaged:
        case ErrorCode::NotSupported:
        case ErrorCode::LimitsExceeded:
        case ErrorCode::Canceled:
        case ErrorCode::StartFailed:
        case ErrorCode::StorageFailed:
        case ErrorCode::Internal:
            return ExitCode::failed;
    }
    return ExitCode::failed;
}

std::span<const ExitCodeMeaning> exit_codes() {
    return meanings;
}

std::string exit_codes_help() {
    std::string text = "EXIT CODES:\n";
    for (const auto& [code, meaning] : meanings) {
        text += std::format("  {:>3}  {}\n", int(code), meaning);
    }
    return text;
}

}  // namespace mcpctl::ctl
