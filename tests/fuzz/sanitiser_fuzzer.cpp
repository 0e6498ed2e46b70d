// Any bytes of a log: what is shown is plain, within its limit, and not changed by being shown again.
#include "base/sanitiser.hpp"

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "tests/corpus/awkward_strings.hpp"
#include "tests/fuzz/require.hpp"

namespace {

// Bidirectional controls, line and paragraph separator, byte order mark.
constexpr std::array<std::string_view, 15> hidden{"\u061c", "\u200e", "\u200f", "\u202a", "\u202b",
                                                  "\u202c", "\u202d", "\u202e", "\u2066", "\u2067",
                                                  "\u2068", "\u2069", "\u2028", "\u2029", "\ufeff"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mcpctl;
    const std::string_view raw(reinterpret_cast<const char*>(data), size);
    for (const std::size_t limit : {std::size_t{0}, std::size_t{7}, size / 2, size}) {
        const std::string shown = sanitised(raw, limit);
        constexpr std::string_view ellipsis = "…";
        fuzz::require(shown.size() <= limit + (shown.ends_with(ellipsis) ? ellipsis.size() : 0), "the limit holds");
        fuzz::require(corpus::first_offence(shown) == std::string::npos, "what is shown is plain");
        for (const std::string_view character : hidden) {
            fuzz::require(!shown.contains(character), "nothing turns or breaks the line");
        }
        fuzz::require(sanitised(shown, shown.size()) == shown, "showing again changes nothing");
    }
    if (corpus::first_offence(raw) == std::string_view::npos && sanitised(raw, size) != raw) {
        // Tag characters first: U+E0000 to U+E007F.
        bool has_hidden = raw.contains("\xf3\xa0\x80") || raw.contains("\xf3\xa0\x81");
        for (const std::string_view character : hidden) {
            has_hidden = has_hidden || raw.contains(character);
        }
        fuzz::require(has_hidden, "plain text is shown as it is");
    }
    std::string json = "\"";
    append_as_json(json, raw);
    const auto value = nlohmann::json::parse(json + '"', nullptr, false);
    fuzz::require(value.is_string() && value.get<std::string>() == sanitised(raw, size * 3), "JSON says the same");
    return 0;
}
