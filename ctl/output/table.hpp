// Tables that fit the terminal: columns are cut with an ellipsis, lines are never wrapped.
#pragma once

#include <string>
#include <vector>

#include "ctl/output/terminal.hpp"

namespace mcpctl::ctl {

struct Cell {
    std::string text;  // printed as visible_text()
    Colour colour = Colour::none;
};

struct Table {
    std::vector<std::string> header;
    std::vector<std::vector<Cell>> rows;  // each as long as the header
    // Titles of columns that are left out, one after the other, before anything is cut.
    std::vector<std::string> dispensable = {};
};

// Lines with their newlines. Where the terminal is too narrow, the widest columns give way first and
// the first column, which people type again, last.
[[nodiscard]] std::string layout(Table table, const Terminal& terminal);

// "  Endpoint: http://…" with the labels right-aligned, as systemctl status prints them. Empty values are left out.
struct Field {
    std::string label;
    std::string value;  // printed as visible_text()
    Colour colour = Colour::none;
};
[[nodiscard]] std::string layout(const std::vector<Field>& fields, const Terminal& terminal);

}  // namespace mcpctl::ctl
