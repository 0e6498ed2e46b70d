#include "agent/relay/stream_frames.hpp"

#include <algorithm>

namespace mcpctl::relay {
namespace {

// 0 is what went in, which no engine sends back.
bool is_header(const std::array<char, 8>& header) {
    return header[0] >= 0 && header[0] <= 2 && header[1] == 0 && header[2] == 0 && header[3] == 0;
}

std::uint32_t length_in(const std::array<char, 8>& header) {
    std::uint32_t length = 0;
    for (std::size_t i = 4; i < header.size(); ++i) {
        length = length << 8 | std::uint8_t(header[i]);
    }
    return length;
}

}  // namespace

Result<std::vector<StreamPiece>> StreamFrames::take(std::string_view bytes) {
    std::vector<StreamPiece> pieces;
    while (!bytes.empty()) {
        if (left_ == 0) {
            const std::size_t count = std::min(header_.size() - header_bytes_, bytes.size());
            std::copy_n(bytes.begin(), count, header_.begin() + std::ptrdiff_t(header_bytes_));
            header_bytes_ += count;
            bytes.remove_prefix(count);
            if (header_bytes_ < header_.size()) {
                break;
            }
            if (!is_header(header_)) {
                return fail(ErrorCode::Unavailable, "the engine's stream is not made of frames");
            }
            header_bytes_ = 0;
            left_ = length_in(header_);
            continue;
        }
        const std::size_t count = std::min<std::size_t>(left_, bytes.size());
        pieces.push_back({header_[0] == 2 ? 2 : 1, bytes.substr(0, count)});
        left_ -= std::uint32_t(count);
        bytes.remove_prefix(count);
    }
    return pieces;
}

}  // namespace mcpctl::relay
