#include "agent/core/plain_text.hpp"

#include <cstdint>
#include <format>
#include <string>

#include "base/utf8.hpp"

namespace mcpctl {
namespace {

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
        const auto [value, length] = first_character(text.substr(offset));
        if (length == 0) {
            return refuse("a byte that is not UTF-8", offset, field, "text is UTF-8");
        }
        if (value < 0x20 || (value >= 0x7f && value <= 0x9f)) {
            return refuse(name_of_control(value), offset, field, "remove it");
        }
        // libsystemd lets none into a D-Bus string: such a unit could not be started, nor its definition shown.
        if (is_noncharacter(value)) {
            return refuse(std::format("noncharacter U+{:04X}", std::uint32_t(value)), offset, field, "remove it");
        }
        if (value == '\\' && backslash == Backslash::refused) {
            return refuse("a backslash", offset, field, "backslashes are allowed in arguments and environment only");
        }
        offset += length;
    }
    return {};
}

}  // namespace mcpctl
