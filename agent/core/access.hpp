// Who may do what: one row per operation. A method of the contract without a row is denied to everybody, and a test
// walks the contract for gaps.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/error.hpp"

namespace mcpctl {

enum class Right : std::uint8_t { view, manage_instances, manage_definitions, read_configuration };

// As the kernel or the bus daemon vouches for the caller.
struct Caller {
    uid_t uid = uid_t(-1);
    bool in_group = false;  // of the group mcpctl, which is equivalent to root
};

struct AccessRow {
    std::string_view interface;  // last part of the D-Bus interface name
    std::string_view method;
    Right right;
};

[[nodiscard]] std::span<const AccessRow> access_table();

[[nodiscard]] Result<void> authorise(const Caller& caller, std::string_view interface, std::string_view method);

}  // namespace mcpctl
