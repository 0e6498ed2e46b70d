// A unit file as systemd.syntax(7) describes it, read without systemd.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mcpctl::test {

struct UnitLine {
    std::string section;
    std::string key;
    std::string value;  // as it stands there
};

// Throws where a line is neither a comment, a section nor an assignment, or goes on in the next one.
std::vector<UnitLine> unit_lines(const std::string& text);

// Whether the agent asks PID 1 for such a line.
bool is_known_in_workloads(const UnitLine& line);

// The words of a value, with quotes, escapes and doubled percent signs undone. Throws where that is not possible, or a
// specifier is left.
std::vector<std::string> unit_words(std::string_view value);

}  // namespace mcpctl::test
