// The names under which the descriptors of stdio processes outlive the agent. A session is recorded nowhere else, so
// the name of its descriptor tells who opened it and when.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/core/stdio_process.hpp"

namespace mcpctl {

// INSTANCE-GENERATION-PROCESS-client, where INSTANCE is the first eight digits of the instance id.
[[nodiscard]] std::string client_descriptor_name(const StdioProcess& process);
// INSTANCE-GENERATION-PROCESS-server of a standby; of a session INSTANCE-GENERATION-PROCESS-UID-PID-SECONDS, with a c
// behind it where the session was started cold. SECONDS since 1970-01-01 UTC.
[[nodiscard]] std::string server_descriptor_name(const StdioProcess& process);

struct DescriptorName {
    std::string instance;  // first eight hexadecimal digits
    std::uint64_t generation = 0;
    std::uint64_t process = 0;
    bool client = false;
    ProcessRole role = ProcessRole::standby;
    bool cold = false;
    SessionPeer peer;
    WallTime opened_at = 0;
};

// Nothing for what the two functions above do not make.
[[nodiscard]] std::optional<DescriptorName> parse_descriptor_name(std::string_view name);

}  // namespace mcpctl
