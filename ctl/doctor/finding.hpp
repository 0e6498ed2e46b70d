// What the doctor has to say of one thing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mcpctl::ctl {

enum class Severity : std::uint8_t {
    ok,
    note,     // as it is meant to be, and worth knowing
    warning,  // works, and will hurt some day
    problem,  // something does not work
};

[[nodiscard]] std::string_view name_of(Severity severity);

struct Finding {
    std::string_view check;  // what was looked at: "bus"
    Severity severity = Severity::ok;
    std::string what;
    std::string remedy = {};  // a command, or what to do; empty where nothing is to be done
};

using Findings = std::vector<Finding>;

}  // namespace mcpctl::ctl
