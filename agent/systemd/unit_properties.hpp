// The only code that makes the properties of a workload's unit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/core/instance.hpp"
#include "agent/systemd/unit_property.hpp"

namespace mcpctl::systemd {

struct BuilderOptions {
    std::string installation_id;  // 32 hex digits: marks the unit as made by this installation
    std::string executable;       // absolute path of what argv[0] names; for a container that of mcpctl-relay
    // For stdio servers: the number of the process, and what becomes its standard input and output.
    std::uint64_t process = 0;
    std::optional<int> stdio = std::nullopt;  // borrowed; none where the properties are made only to be compared
    std::string secrets_directory = "/var/lib/mcpctl/secrets";  // absolute; the encrypted file of each by its name
};

// The journal field that marks a unit as ours; see LogExtraFields.
[[nodiscard]] std::string installation_mark(std::string_view installation_id);

// The dynamic user of a profile: always the same name, or a second unit of the profile would take its state directory
// away from the first (measured on an overlay root). Nobody has an account of such a name by accident; where one
// exists, PID 1 would use that account.
[[nodiscard]] std::string user_name(std::string_view profile);

// Each user of a profile has his own: PID 1 takes a directory that was a user's for no dynamic user (status 238,
// measured on systemd 257).
[[nodiscard]] std::string state_directory(const ProfileDefinition& profile);  // its HOME
[[nodiscard]] std::string cache_directory(const ProfileDefinition& profile);

// The instance's configuration has passed validate(); what has not is refused here again.
[[nodiscard]] Result<UnitProperties> build_unit_properties(const Instance& instance, const BuilderOptions& options);

}  // namespace mcpctl::systemd
