// A fuzzer's bytes as the fields of definitions, whatever the bytes are.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mcpctl::fuzz {

class StructuredInput {
  public:
    StructuredInput(const std::uint8_t* data, std::size_t size) : left_(reinterpret_cast<const char*>(data), size) {}

    // Texts end with a byte 0xff, which no UTF-8 holds; a refusal of invalid UTF-8 is what definitions_fuzzer tries.
    std::string text() {
        const std::size_t end = left_.find('\xff');
        std::string taken(left_.substr(0, end));
        left_.remove_prefix(end == std::string_view::npos ? left_.size() : end + 1);
        return taken;
    }
    std::vector<std::string> texts() {
        std::vector<std::string> list;
        for (std::uint64_t count = number() % 8; count > 0; --count) {
            list.push_back(text());
        }
        return list;
    }
    // 0 when nothing is left.
    std::uint64_t number() {
        std::uint64_t value = 0;
        const std::size_t length = left_.empty() ? 0 : std::uint8_t(left_[0]) % 9;
        for (const char c : left_.substr(0, 1 + length)) {
            value = (value << 8) | std::uint8_t(c);
        }
        left_.remove_prefix(std::min(left_.size(), 1 + length));
        return value;
    }
    bool flag() { return number() % 2 == 1; }

  private:
    std::string_view left_;
};

}  // namespace mcpctl::fuzz
