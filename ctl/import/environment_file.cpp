#include "ctl/import/environment_file.hpp"

#include <algorithm>

namespace mcpctl::ctl {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\r";
    const std::size_t begin = text.find_first_not_of(space);
    return begin == std::string_view::npos ? std::string_view()
                                           : text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

std::string_view unquoted(std::string_view value) {
    const bool quoted =
        value.size() > 1 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
    return quoted ? value.substr(1, value.size() - 2) : value;
}

}  // namespace

std::vector<Variable> variables_in(std::string_view text) {
    std::vector<Variable> variables;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        constexpr std::string_view keyword = "export ";
        line = line.starts_with(keyword) ? trimmed(line.substr(keyword.size())) : line;
        const std::size_t equals = line.find('=');
        if (line.starts_with('#') || equals == std::string_view::npos || equals == 0) {
            continue;
        }
        variables.push_back({std::string(trimmed(line.substr(0, equals))),
                             std::string(unquoted(trimmed(line.substr(equals + 1)))), false});
    }
    return variables;
}

}  // namespace mcpctl::ctl
