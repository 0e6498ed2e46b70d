// Two streams that go into one log: a line that one of them has begun is not torn apart by the other. Engines pass
// output on in pieces that end anywhere. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace mcpctl::relay {

class WholeLines {
  public:
    // journald's LineMax=: it cuts a line that is longer.
    static constexpr std::size_t longest = 48UL * 1024;

    // What can be written, now that these bytes have come: whole lines, and what is too long to be one. `stream`: 1
    // or 2.
    [[nodiscard]] std::string take(int stream, std::string_view bytes);
    // What was begun on both streams and will not be ended any more.
    [[nodiscard]] std::string rest();

  private:
    std::array<std::string, 2> begun_;
};

}  // namespace mcpctl::relay
