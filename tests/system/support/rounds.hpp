// How often a test does what it does: a few times in every run, many times in the long form (./dev bench NAME).
#pragma once

#include <cstdlib>

namespace mcpctl::test {

[[nodiscard]] inline bool long_form() {
    return std::getenv("MCPCTL_LONG_FORM") != nullptr;
}

[[nodiscard]] inline int rounds(int usual, int many) {
    return long_form() ? many : usual;
}

}  // namespace mcpctl::test
