#include "agent/core/ids.hpp"

#include <sys/random.h>

#include <algorithm>
#include <format>
#include <stdexcept>

namespace mcpctl {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::array dash_positions{8, 13, 18, 23};

bool is_hex(std::string_view text) {
    return text.find_first_not_of(hex_digits) == std::string_view::npos;
}

std::string without_dashes(std::string_view text) {
    std::string digits(text);
    if (text.size() == 36) {
        for (const int position : dash_positions) {
            if (text[std::size_t(position)] != '-') {
                return {};
            }
        }
        std::erase(digits, '-');
    }
    return digits.size() == 32 && is_hex(digits) ? digits : std::string();
}

}  // namespace

InstanceId InstanceId::generate() {
    InstanceId id;
    if (::getrandom(id.bytes_.data(), id.bytes_.size(), 0) != ssize_t(id.bytes_.size())) {
        throw std::runtime_error("the kernel gave no random bytes");
    }
    // RFC 9562, 5.4: version 4, variant 10.
    id.bytes_[6] = std::uint8_t((id.bytes_[6] & 0x0f) | 0x40);
    id.bytes_[8] = std::uint8_t((id.bytes_[8] & 0x3f) | 0x80);
    return id;
}

Result<InstanceId> InstanceId::parse(std::string_view text) {
    const std::string digits = without_dashes(text);
    if (digits.empty() || digits[12] != '4' || std::string_view("89ab").find(digits[16]) == std::string_view::npos) {
        return fail(ErrorCode::InvalidArgument, "not an instance id", "id", "an instance id is a UUID of version 4");
    }
    InstanceId id;
    for (std::size_t i = 0; i < id.bytes_.size(); ++i) {
        id.bytes_[i] = std::uint8_t(hex_digits.find(digits[2 * i]) * 16 + hex_digits.find(digits[2 * i + 1]));
    }
    return id;
}

std::string InstanceId::hex() const {
    std::string digits;
    digits.reserve(32);
    for (const std::uint8_t byte : bytes_) {
        digits += hex_digits[byte >> 4];
        digits += hex_digits[byte & 15];
    }
    return digits;
}

std::string InstanceId::text() const {
    const std::string digits = hex();
    const std::string_view view = digits;
    return std::format("{}-{}-{}-{}-{}", view.substr(0, 8), view.substr(8, 4), view.substr(12, 4), view.substr(16, 4),
                       view.substr(20));
}

Result<void> check_name(std::string_view name, std::string_view field) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
    if (name.empty() || name.size() > 63) {
        return fail(ErrorCode::InvalidArgument, std::format("a name has 1 to 63 characters, not {}", name.size()),
                    std::string(field));
    }
    const std::size_t offset = name[0] == '-' ? 0 : name.find_first_not_of(allowed);
    if (offset != std::string_view::npos) {
        return fail(
            ErrorCode::InvalidArgument,
            std::format("byte 0x{:02x} at offset {} is not allowed in a name", std::uint8_t(name[offset]), offset),
            std::string(field), "use lower case letters, digits and, not in front, dashes");
    }
    if (!without_dashes(name).empty()) {
        return fail(ErrorCode::InvalidArgument, "a name must not look like an instance id", std::string(field));
    }
    return {};
}

}  // namespace mcpctl
