#include "ctl/completion/value_kinds.hpp"

#include <algorithm>
#include <array>
#include <ranges>

#include "ctl/command_line.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view list_mark = "[,…]";

// `place` is a placeholder, or one at a verb: "server show NAME", which is stronger.
struct Row {
    std::string_view place;
    ValueKind kind;
    std::string_view words = {};
};

constexpr std::array rows{
    // What the agent knows
    Row{"INSTANCE", ValueKind::instance},
    Row{"INSTANCE…", ValueKind::instance},
    Row{"PROFILE", ValueKind::profile},
    Row{"SESSION", ValueKind::session},
    Row{"--server", ValueKind::server},
    Row{"NAME[=VARIABLE]", ValueKind::secret},
    Row{"export NAME", ValueKind::instance},
    Row{"profile remove NAME", ValueKind::profile},
    Row{"profile show NAME", ValueKind::profile},
    Row{"secret remove NAME", ValueKind::secret},
    Row{"secret set NAME", ValueKind::secret},
    Row{"server remove NAME", ValueKind::server},
    Row{"server show NAME", ValueKind::server},
    Row{"token create NAME[,…]", ValueKind::profile},
    Row{"token revoke NAME", ValueKind::token},
    // What the machine knows
    Row{"FILE", ValueKind::file},
    Row{"PATH", ValueKind::file},
    Row{"DIRECTORY", ValueKind::directory},
    Row{"USER", ValueKind::user},
    // What everybody knows
    Row{"SCOPE[,…]", ValueKind::words, "view|logs|control|connect|define"},
    // What nobody else knows
    Row{"ACTION", ValueKind::anything},
    Row{"ARGUMENT", ValueKind::anything},
    Row{"CURSOR", ValueKind::anything},
    Row{"DURATION", ValueKind::anything},
    Row{"JSON", ValueKind::anything},
    Row{"N", ValueKind::anything},
    Row{"NAME=VALUE", ValueKind::anything},
    Row{"NUMBER", ValueKind::anything},
    Row{"SIZE", ValueKind::anything},
    Row{"TEXT", ValueKind::anything},
    Row{"TIME", ValueKind::anything},
    Row{"URL", ValueKind::anything},
    Row{"call NAME", ValueKind::anything},
    Row{"import NAME", ValueKind::anything},
    Row{"profile add NAME", ValueKind::anything},
    Row{"server add NAME", ValueKind::anything},
    Row{"--description", ValueKind::anything},
    Row{"--engine", ValueKind::anything},
    Row{"--image", ValueKind::anything},
    Row{"--name", ValueKind::anything},
    Row{"--path", ValueKind::anything},
    Row{"--port", ValueKind::anything},
};

const Row* row_of(std::string_view place) {
    const auto* const found = std::ranges::find(rows, place, &Row::place);
    return found == rows.end() ? nullptr : found;
}

// "server show" for "mcpctl server show"
std::string path_below_root(const CLI::App& verb) {
    const std::string path = path_of(verb);
    const std::size_t space = path.find(' ');
    return space == std::string::npos ? "" : path.substr(space + 1);
}

std::vector<std::string> split(std::string_view words) {
    std::vector<std::string> parts;
    for (const auto part : std::views::split(words, '|')) {
        parts.emplace_back(std::string_view(part));
    }
    return parts;
}

}  // namespace

std::string placeholder_of(const CLI::Option& option) {
    if (option.get_positional() && !option.nonpositional()) {
        return option.get_name(true);
    }
    if (!option.get_option_text().empty()) {
        return option.get_option_text();
    }
    return option.get_lnames().empty() ? "-" + option.get_snames().front() : "--" + option.get_lnames().front();
}

std::optional<ValueType> type_of(const CLI::Option& option, const CLI::App& verb) {
    const std::string placeholder = placeholder_of(option);
    const bool list = placeholder.ends_with(list_mark);
    if (placeholder.contains('|')) {
        return ValueType{ValueKind::words, split(placeholder), list};
    }
    const Row* row = row_of(path_below_root(verb) + " " + placeholder);
    row = row == nullptr ? row_of(placeholder) : row;
    if (row == nullptr) {
        return std::nullopt;
    }
    return ValueType{row->kind, row->words.empty() ? std::vector<std::string>() : split(row->words), list};
}

}  // namespace mcpctl::ctl
