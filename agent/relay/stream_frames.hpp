// The stream of an attached container without a terminal: pieces of its standard output and standard error in turn,
// each behind eight bytes: which of the two, three zeros, and the length, most significant byte first. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace mcpctl::relay {

struct StreamPiece {
    int stream = 1;  // 1: output, 2: error
    std::string_view bytes;
};

class StreamFrames {
  public:
    // What of the two streams lies in these bytes, in order, valid as long as they are. A frame may come in any number
    // of parts and is never held back. Unavailable where it is no such stream.
    [[nodiscard]] Result<std::vector<StreamPiece>> take(std::string_view bytes);

  private:
    std::array<char, 8> header_{};
    std::size_t header_bytes_ = 0;
    std::uint32_t left_ = 0;  // of the present frame
};

}  // namespace mcpctl::relay
