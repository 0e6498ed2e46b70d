// What the values of options and operands are, so that shells can complete them.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpctl::ctl {

enum class ValueKind : std::uint8_t {
    anything,  // nobody can guess it
    words,     // a fixed set
    file,
    directory,
    user,
    // What the agent knows.
    instance,
    profile,
    server,
    secret,
    token,
    session,
};

struct ValueType {
    ValueKind kind = ValueKind::anything;
    std::vector<std::string> words;
    bool list = false;  // several with commas
};

// What --help calls the value: FILE, auto|socket|bus; where it says nothing of its own, the option: --name.
[[nodiscard]] std::string placeholder_of(const CLI::Option& option);

// Nothing where value_kinds.cpp has no row for the option's placeholder; a test sees to it that each has one.
[[nodiscard]] std::optional<ValueType> type_of(const CLI::Option& option, const CLI::App& verb);

}  // namespace mcpctl::ctl
