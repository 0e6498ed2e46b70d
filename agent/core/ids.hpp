// Identities. Names and ids are parsed once at the edge and are plain afterwards.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace mcpctl {

// A UUID version 4. Two spellings: text (with dashes, for people and the API) and hex (32 digits, for unit names and
// object paths).
class InstanceId {
  public:
    [[nodiscard]] static InstanceId generate();
    // Accepts both spellings in lower case; anything else is InvalidArgument.
    [[nodiscard]] static Result<InstanceId> parse(std::string_view text);

    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::string hex() const;

    friend auto operator<=>(const InstanceId&, const InstanceId&) = default;

  private:
    std::array<std::uint8_t, 16> bytes_{};
};

using JobId = std::uint64_t;

// Names of servers, profiles and instances match [a-z0-9][a-z0-9-]{0,62} and do not look like an instance id, because
// commands take either.
[[nodiscard]] Result<void> check_name(std::string_view name, std::string_view field);

}  // namespace mcpctl
