#include "http-bridge/values.hpp"

#include <charconv>
#include <format>

namespace mcpctl::http_bridge {

std::string text_of(const Target& target, const std::string& key) {
    const auto found = target.query.find(key);
    return found == target.query.end() ? std::string() : found->second;
}

Result<std::optional<std::uint64_t>> number_of(const Target& target, const std::string& key, std::uint64_t least,
                                               std::uint64_t most) {
    if (!target.query.contains(key)) {
        return std::nullopt;
    }
    const std::string text = text_of(target, key);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < least || number > most) {
        return fail(ErrorCode::InvalidArgument, std::format("it is a number from {} to {}", least, most), key);
    }
    return number;
}

Result<std::optional<bool>> flag_of(const Target& target, const std::string& key) {
    if (!target.query.contains(key)) {
        return std::nullopt;
    }
    const std::string text = text_of(target, key);
    if (text != "true" && text != "false") {
        return fail(ErrorCode::InvalidArgument, "it is true or false", key);
    }
    return text == "true";
}

Result<std::optional<Duration>> duration_of(const Target& target, const std::string& key) {
    if (!target.query.contains(key)) {
        return std::nullopt;
    }
    const std::string text = text_of(target, key);
    double seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    const bool is_number = error == std::errc() && end == text.data() + text.size();
    auto duration = is_number ? duration_from_seconds(seconds, key) : parse_duration(text, key);
    if (!duration) {
        return std::unexpected(duration.error());
    }
    return *duration;
}

}  // namespace mcpctl::http_bridge
