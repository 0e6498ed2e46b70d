#include "http-bridge/target.hpp"

#include <algorithm>
#include <charconv>
#include <format>
#include <optional>
#include <ranges>

#include "base/shown.hpp"
#include "base/utf8.hpp"

namespace mcpctl::http_bridge {
namespace {

constexpr std::size_t longest_target = 4096;
constexpr std::size_t most_segments = 16;
constexpr std::size_t most_parameters = 32;

std::unexpected<Error> wrong(std::string reason, std::string field) {
    return fail(ErrorCode::InvalidArgument, std::move(reason), std::move(field));
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = first_character(text).length;
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

std::optional<char> escaped_byte(std::string_view digits) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 2 || error != std::errc() || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return static_cast<char>(value);
}

Result<std::string> decoded(std::string_view text, bool plus_is_space, const std::string& field) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            plain += plus_is_space && text[at] == '+' ? ' ' : text[at];
            continue;
        }
        const auto byte = escaped_byte(text.substr(at + 1, 2));
        if (!byte) {
            return wrong(std::format("a broken percent escape at byte {}", at), field);
        }
        plain += *byte;
        at += 2;
    }
    if (std::ranges::any_of(plain, is_control) || !is_utf8(plain)) {
        return wrong("control characters or invalid UTF-8", field);
    }
    return plain;
}

Result<std::string> segment_from(std::string_view raw) {
    auto segment = decoded(raw, false, "path");
    if (segment && (segment->empty() || *segment == "." || *segment == ".." ||
                    segment->find_first_of("/\\") != std::string::npos)) {
        return wrong(std::format("{} is no part of a path here", shown(*segment)), "path");
    }
    return segment;
}

Result<void> add_parameter(std::string_view raw, std::map<std::string, std::string>& query) {
    const std::size_t equals = raw.find('=');
    auto key = decoded(raw.substr(0, equals), true, "query");
    if (!key) {
        return std::unexpected(key.error());
    }
    auto value = decoded(equals == std::string_view::npos ? std::string_view() : raw.substr(equals + 1), true, *key);
    if (!value) {
        return std::unexpected(value.error());
    }
    if (key->empty() || query.size() == most_parameters || !query.emplace(*key, *std::move(value)).second) {
        return wrong("a parameter without a name, twice, or too many of them", *std::move(key));
    }
    return {};
}

}  // namespace

Result<Target> parse_target(std::string_view target) {
    if (target.size() > longest_target || !target.starts_with('/') || target.contains('#')) {
        return wrong(std::format("a target begins with / and has at most {} bytes", longest_target), "path");
    }
    const std::size_t question = target.find('?');
    Target parsed;
    const std::string_view path = target.substr(1, question == std::string_view::npos ? question : question - 1);
    if (!path.empty()) {
        for (const auto part : path | std::views::split('/')) {
            auto segment = segment_from(std::string_view(part));
            if (!segment) {
                return std::unexpected(segment.error());
            }
            if (parsed.segments.size() == most_segments) {
                return wrong("the path is too deep", "path");
            }
            parsed.segments.push_back(*std::move(segment));
        }
    }
    if (question == std::string_view::npos || question + 1 == target.size()) {
        return parsed;
    }
    for (const auto part : target.substr(question + 1) | std::views::split('&')) {
        if (auto added = add_parameter(std::string_view(part), parsed.query); !added) {
            return std::unexpected(added.error());
        }
    }
    return parsed;
}

}  // namespace mcpctl::http_bridge
