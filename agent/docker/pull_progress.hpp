// How far an engine has come with fetching an image.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace mcpctl::docker {

// Lines of a fetch, as they come. What is not whole yet stays with the caller's next piece.
class PullProgress {
  public:
    // Error where the engine says that the fetch has failed, or a line grows beyond all measure.
    [[nodiscard]] Result<void> take(std::string_view piece);
    // Whether the engine has said what there is to fetch.
    [[nodiscard]] bool begun() const { return !layers_.empty(); }
    // For people: "fetching the image: 3 of 7 layers, 12.4 of 80.0 MB".
    [[nodiscard]] std::string text() const;

  private:
    struct Layer {
        std::string id;
        bool done = false;
        std::uint64_t current = 0;
        std::uint64_t total = 0;
    };
    [[nodiscard]] Result<void> take_line(std::string_view line);

    std::string rest_;
    std::vector<Layer> layers_;
};

}  // namespace mcpctl::docker
