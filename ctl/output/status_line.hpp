// What happens to a connection, on stderr: where somebody looks, a line that is drawn over; else a line for each.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "ctl/output/terminal.hpp"

namespace mcpctl::ctl {

class StatusLine {
  public:
    explicit StatusLine(const Terminal& terminal) : terminal_(terminal) {}
    StatusLine(const StatusLine&) = delete;
    StatusLine& operator=(const StatusLine&) = delete;
    ~StatusLine() { clear(); }

    // Only a terminal sees the seconds go by.
    [[nodiscard]] bool counts() const { return terminal_.interactive; }
    void lost(std::string_view why, std::chrono::milliseconds again_in);
    void count_down(std::string_view why, std::chrono::milliseconds again_in);
    void back();

  private:
    void draw(const std::string& text);
    void clear();

    Terminal terminal_;
    bool drawn_ = false;
};

}  // namespace mcpctl::ctl
