#include "man/contract_page.hpp"

#include <algorithm>
#include <cctype>
#include <format>
#include <ranges>
#include <vector>

#include "man/markup.hpp"

namespace mcpctl::man {
namespace {

// A paragraph of a comment. One that begins "options: …" or "name (s)  …" is about what stands there.
struct Block {
    std::string label;
    std::string text;
};

constexpr std::ptrdiff_t most_words_of_a_label = 4;
constexpr std::size_t longest_label = 60;

bool is_label(std::string_view text) {
    return !text.empty() && text.size() < longest_label &&
           std::ranges::all_of(
               text,
               [](unsigned char letter) {
                   return std::isalnum(letter) != 0 || std::string_view("_-., (){}").contains(char(letter));
               });
}

// "name (s)  what it is" and "errors: which"; nothing before the first of two where there is no label.
Block labelled(std::string_view line) {
    const std::size_t gap = line.find("  ");
    if (gap != std::string_view::npos && is_label(line.substr(0, gap))) {
        return {std::string(line.substr(0, gap)), std::string(line.substr(line.find_first_not_of(' ', gap)))};
    }
    const std::size_t colon = line.find(':');
    const bool ends = colon != std::string_view::npos && (colon + 1 == line.size() || line[colon + 1] == ' ');
    if (ends && is_label(line.substr(0, colon))) {
        const std::size_t text = line.find_first_not_of(' ', colon + 1);
        return {std::string(line.substr(0, colon)), std::string(text == line.npos ? "" : line.substr(text))};
    }
    return {"", std::string(line)};
}

std::vector<Block> blocks_in(std::string_view comment) {
    std::vector<Block> blocks;
    bool new_paragraph = true;
    for (const auto part : std::views::split(comment, '\n')) {
        std::string_view line(part);
        const std::size_t begin = line.find_first_not_of(' ');
        if (begin == std::string_view::npos) {
            new_paragraph = true;
            continue;
        }
        line = line.substr(begin, line.find_last_not_of(' ') + 1 - begin);
        Block block = labelled(line);
        // Inside a paragraph a colon after many words is one of a sentence.
        const bool is_new = !block.label.empty() && std::ranges::count(block.label, ' ') < most_words_of_a_label;
        if (new_paragraph || is_new) {
            blocks.push_back(std::move(block));
        } else {
            blocks.back().text.append(blocks.back().text.empty() ? "" : " ").append(line);
        }
        new_paragraph = false;
    }
    return blocks;
}

std::string sentence(std::string text) {
    if (!text.empty()) {
        text.front() = char(std::toupper(static_cast<unsigned char>(text.front())));
    }
    return text;
}

std::string arguments(const Member& member, bool out) {
    std::string text;
    for (const Argument& argument : member.arguments) {
        if (argument.out == out) {
            text += (text.empty() ? "" : ", ") + escaped(argument.type) + " " + italic(argument.name);
        }
    }
    return text;
}

std::string signature(const Member& member) {
    if (member.kind == "property") {
        return std::format("{} ({})", bold(member.name), escaped(member.type));
    }
    if (member.kind == "signal") {
        return std::format("{} ({})", bold(member.name), arguments(member, true));
    }
    const std::string results = arguments(member, true);
    return std::format("{} ({}){}", bold(member.name), arguments(member, false),
                       results.empty() ? "" : " \\(-> (" + results + ")");
}

void add_block(Page& page, const Block& block) {
    if (block.label.empty()) {
        page.paragraph(escaped(sentence(block.text)));
    } else if (block.text.empty()) {
        page.paragraph(escaped(sentence(block.label)) + ":");
    } else {
        page.term(italic(block.label), escaped(block.text));
    }
}

void add_group(Page& page, const MemberGroup& group) {
    if (group.members.empty()) {
        return;
    }
    std::vector<Block> blocks = blocks_in(group.comment);
    // The label of the first is the name of the members.
    const std::string first = blocks.empty() ? "" : sentence(blocks.front().text);
    for (const Member& member : group.members | std::views::take(group.members.size() - 1)) {
        page.paragraph(signature(member));
    }
    page.term(signature(group.members.back()), first.empty() ? "\\&" : escaped(first));
    if (blocks.size() > 1) {
        page.begin_indent();
        for (const Block& block : blocks | std::views::drop(1)) {
            add_block(page, block);
        }
        page.end_indent();
    }
}

void add_interface(Page& page, const Interface& interface) {
    page.section(interface.name);
    for (const Block& block : blocks_in(interface.comment)) {
        // "org.mcpctl.Agent1.Job: slow work …"
        page.paragraph(escaped(sentence(
            block.label == interface.name || block.label.empty() ? block.text : block.label + ": " + block.text)));
    }
    for (const auto& [kind, title] :
         {std::pair("method", "Methods"), std::pair("signal", "Signals"), std::pair("property", "Properties")}) {
        const auto is_of_kind = [&](const MemberGroup& group) {
            return !group.members.empty() && group.members.front().kind == kind;
        };
        if (std::ranges::none_of(interface.groups, is_of_kind)) {
            continue;
        }
        page.subsection(title);
        for (const MemberGroup& group : interface.groups | std::views::filter(is_of_kind)) {
            add_group(page, group);
        }
    }
}

}  // namespace

std::string contract_page(std::span<const Interface> interfaces, std::string_view prose, const Edition& edition) {
    Page page("org.mcpctl.Agent1", 5, edition);
    page.section("NAME").paragraph("org.mcpctl.Agent1 \\- the D\\-Bus interfaces of the mcpctl agent");
    page.section("DESCRIPTION");
    add_markup(page, prose);
    for (const Interface& interface : interfaces) {
        add_interface(page, interface);
    }
    page.section("SEE ALSO").paragraph("\\fBmcpctl\\fR(1), \\fBmcpctl\\-agent\\fR(8), \\fBbusctl\\fR(1)");
    return page.roff();
}

}  // namespace mcpctl::man
