#include "man/markup.hpp"

#include <algorithm>
#include <ranges>
#include <string>
#include <vector>

namespace mcpctl::man {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::string_view literal_mark = "    ";
constexpr std::string_view description_mark = ":   ";

std::string joined(std::span<const std::string_view> lines, std::string_view between, std::size_t leave_out) {
    std::string text;
    for (const std::string_view line : lines) {
        text.append(text.empty() ? "" : between).append(line.substr(std::min(leave_out, line.size())));
    }
    return text;
}

void add_block(Page& page, const Lines& lines) {
    const std::string_view first = lines.front();
    if (first.starts_with("## ")) {
        page.subsection(first.substr(3));
    } else if (first.starts_with("# ")) {
        page.section(first.substr(2));
    } else if (first.starts_with(literal_mark)) {
        page.literal(joined(lines, "\n", literal_mark.size()));
    } else if (lines.size() > 1 && lines[1].starts_with(description_mark)) {
        page.term(marked(first), marked(joined(std::span(lines).subspan(1), " ", description_mark.size())));
    } else {
        page.paragraph(marked(joined(lines, " ", 0)));
    }
}

}  // namespace

void add_markup(Page& page, std::string_view text) {
    Lines block;
    const auto flush = [&] {
        while (!block.empty() && block.back().empty()) {
            block.pop_back();
        }
        if (!block.empty()) {
            add_block(page, block);
        }
        block.clear();
    };
    for (const auto part : std::views::split(text, '\n')) {
        const std::string_view line(part);
        const bool literal = !block.empty() && block.front().starts_with(literal_mark);
        // An empty line between literal ones is one of them.
        if (literal ? !line.empty() && !line.starts_with(literal_mark) : line.empty()) {
            flush();
        }
        if (!line.empty() || literal) {
            block.push_back(line);
        }
    }
    flush();
}

}  // namespace mcpctl::man
