#include "ctl/import/names.hpp"

#include <algorithm>
#include <format>

namespace mcpctl::ctl {
namespace {

constexpr std::size_t longest = 63;
constexpr std::string_view hex_digits = "0123456789abcdef";

std::string without_dashes_behind(std::string name) {
    name.resize(name.find_last_not_of('-') + 1);
    return name;
}

// With and without dashes: commands take a name or an id.
bool looks_like_id(std::string_view name) {
    const auto digits = std::ranges::count_if(name, [](char c) { return hex_digits.contains(c); });
    const auto dashes = std::ranges::count(name, '-');
    return digits == 32 && (dashes == 0 || dashes == 4) && std::size_t(digits + dashes) == name.size();
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
}

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

std::string plain_name(std::string_view text) {
    std::string name;
    for (const char c : text) {
        if (is_plain(lower(c))) {
            name += lower(c);
        } else if (!name.empty() && name.back() != '-') {
            name += '-';
        }
    }
    name = without_dashes_behind(name.substr(0, longest));
    if (name.empty()) {
        return "server";
    }
    return looks_like_id(name) ? "server-" + name : name;
}

std::string unique_name(std::string_view text, std::set<std::string>& taken) {
    const std::string plain = plain_name(text);
    std::string name = plain;
    for (int number = 2; !taken.insert(name).second; ++number) {
        const std::string suffix = std::format("-{}", number);
        name = without_dashes_behind(plain.substr(0, longest - suffix.size())) + suffix;
    }
    return name;
}

std::string variable_name(std::string_view text) {
    std::string name;
    for (const char c : text) {
        const char small = lower(c);
        name += is_plain(small) ? (small >= 'a' ? char(small - 'a' + 'A') : small) : '_';
    }
    return name.empty() || (name[0] >= '0' && name[0] <= '9') ? "_" + name : name;
}

}  // namespace mcpctl::ctl
