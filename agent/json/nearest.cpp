#include "agent/json/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace mcpctl {
namespace {

// Levenshtein's edit distance, one row at a time.
std::size_t distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t(0));
    for (std::size_t i = 0; i < left.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < right.size(); ++j) {
            const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string_view nearest(std::string_view text, std::span<const std::string_view> candidates) {
    constexpr std::size_t longest_sensible = 64;
    if (text.size() > longest_sensible) {
        return {};
    }
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(2, text.size() / 3) + 1;
    for (const std::string_view candidate : candidates) {
        const std::size_t here = distance(text, candidate);
        if (here < best_distance && here < candidate.size()) {
            best = candidate;
            best_distance = here;
        }
    }
    return best;
}

}  // namespace mcpctl
