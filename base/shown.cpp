#include "base/shown.hpp"

#include <algorithm>

namespace mcpctl {

std::string shown(std::string_view text) {
    constexpr std::size_t longest = 80;
    std::string plain(text.substr(0, longest));
    std::ranges::replace_if(plain, [](char c) { return c < ' ' || c > '~'; }, '?');
    return text.size() > longest ? plain + "..." : plain;
}

}  // namespace mcpctl
