// A secret of servers: what is known of one, and its value on the way to where it is encrypted.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "agent/core/instance.hpp"

namespace mcpctl {

// Leaves no copy in the memory that it lay in. Copied nowhere, printed nowhere.
class SecretValue {
  public:
    SecretValue() = default;
    explicit SecretValue(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
    SecretValue(SecretValue&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    SecretValue& operator=(SecretValue&& other) noexcept;
    ~SecretValue() { wipe(); }

    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }
    void wipe();

  private:
    std::vector<std::uint8_t> bytes_;
};

// What a vault tells of what it keeps.
struct KeptSecret {
    std::string name;
    WallTime set_at = 0;
};

struct SecretInfo {
    std::string name;
    WallTime set_at = 0;
    std::vector<std::string> used_by;  // "server x", "profile x", "instance x"
};

}  // namespace mcpctl
