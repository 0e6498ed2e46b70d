#include "agent/core/plain_text.hpp"

#include <cstdint>
#include <format>
#include <string>

namespace mcpctl {
namespace {

struct CodePoint {
    char32_t value;
    std::size_t length;  // 0: not valid UTF-8
};

constexpr CodePoint invalid{0, 0};

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
CodePoint decode(std::string_view text) {
    const auto byte = [&](std::size_t i) { return char32_t(std::uint8_t(text[i])); };
    const char32_t first = byte(0);
    if (first < 0x80) {
        return {first, 1};
    }
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
    if (length == 0 || text.size() < length) {
        return invalid;
    }
    char32_t value = first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) {
            return invalid;
        }
        value = (value << 6) | (byte(i) & 0x3f);
    }
    const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    return overlong || surrogate || value > 0x10ffff ? invalid : CodePoint{value, length};
}

std::unexpected<Error> refuse(std::string what, std::size_t offset, std::string_view field, std::string hint) {
    return fail(ErrorCode::InvalidArgument, std::format("{} at offset {} is not allowed", what, offset),
                std::string(field), std::move(hint));
}

std::string name_of_control(char32_t value) {
    switch (value) {
        case 0:
            return "NUL";
        case '\n':
            return "a newline";
        case '\r':
            return "a carriage return";
        case '\t':
            return "a tab";
        default:
            return std::format("control character U+{:04X}", std::uint32_t(value));
    }
}

}  // namespace

Result<void> check_plain(std::string_view text, std::string_view field, Backslash backslash, std::size_t max_bytes) {
    if (text.size() > max_bytes) {
        return fail(ErrorCode::InvalidArgument,
                    std::format("{} bytes are too many, {} are allowed", text.size(), max_bytes), std::string(field));
    }
    for (std::size_t offset = 0; offset < text.size();) {
        const auto [value, length] = decode(text.substr(offset));
        if (length == 0) {
            return refuse("a byte that is not UTF-8", offset, field, "text is UTF-8");
        }
        if (value < 0x20 || (value >= 0x7f && value <= 0x9f)) {
            return refuse(name_of_control(value), offset, field, "remove it");
        }
        if (value == '\\' && backslash == Backslash::refused) {
            return refuse("a backslash", offset, field, "backslashes are allowed in arguments and environment only");
        }
        offset += length;
    }
    return {};
}

}  // namespace mcpctl
