// Where on a command line that is not finished the cursor stands.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpctl::ctl {

struct Place {
    const CLI::App* verb = nullptr;         // the innermost that was named
    const CLI::Option* awaiting = nullptr;  // the option whose value `word` is
    std::string prefix;                     // what stands before the value in the same word: "--output="
    std::string word;                       // what was typed of it
    std::vector<std::string> operands;      // those of `verb` before the cursor
    std::vector<std::pair<const CLI::Option*, std::string>> given;  // options before the cursor, and their values
    std::optional<std::size_t> behind_dashes;                       // words between "--" and the cursor
};

// `words` are those behind "mcpctl"; the cursor is at the end of the last.
[[nodiscard]] Place place_in(const CLI::App& root, std::span<const std::string> words);

[[nodiscard]] bool takes_value(const CLI::Option& option);

}  // namespace mcpctl::ctl
