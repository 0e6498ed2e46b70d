// The line that says what is going on while we wait: spinner, present step, time. Nothing where nobody looks.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "ctl/output/terminal.hpp"

namespace mcpctl::ctl {

class ProgressLine {
  public:
    // Writes to stderr, so that stdout holds only results.
    explicit ProgressLine(const Terminal& terminal) : terminal_(terminal) {}
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    ~ProgressLine() { clear(); }

    [[nodiscard]] bool shown() const { return terminal_.interactive; }
    void draw(std::string_view step, std::chrono::milliseconds passed);
    void clear();

  private:
    Terminal terminal_;
    std::uint32_t frame_ = 0;
    bool drawn_ = false;
};

}  // namespace mcpctl::ctl
