// Fuzzers end at the first broken promise, and libFuzzer keeps the input.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace mcpctl::fuzz {

inline void require(bool holds, std::string_view promise) {
    if (!holds) {
        std::fprintf(stderr, "broken promise: %.*s\n", int(promise.size()), promise.data());
        std::abort();
    }
}

}  // namespace mcpctl::fuzz
