// What may stand where the cursor is.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ctl/completion/place.hpp"
#include "ctl/completion/value_kinds.hpp"

namespace mcpctl::ctl {

struct Candidate {
    std::string text;
    std::string description;
    bool last_resort = false;  // only where nothing else begins so: an id, where there are names
};

// What the shell knows better.
enum class ShellWords : std::uint8_t { none, files, directories, users, commands };

struct Completion {
    std::vector<Candidate> candidates;
    ShellWords shell_words = ShellWords::none;
    bool open = false;  // the word may go on: a list with commas
};

// Names that exist now. `operands` are those before the cursor.
using LiveNames = std::function<std::vector<Candidate>(ValueKind kind, const std::vector<std::string>& operands)>;

[[nodiscard]] Completion complete(const Place& place, const LiveNames& live_names);

// For the scripts of shells: a line ":none", ":files" and so on, with " open" behind it where the word may go on; then
// a line "TEXT<TAB>DESCRIPTION" for each candidate.
[[nodiscard]] std::string lines_of(const Completion& completion);

}  // namespace mcpctl::ctl
