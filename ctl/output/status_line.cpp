#include "ctl/output/status_line.hpp"

#include <cstdio>
#include <format>

#include "ctl/output/visible_text.hpp"

namespace mcpctl::ctl {
namespace {

std::string lost_text(std::string_view why, std::chrono::milliseconds again_in) {
    const double seconds = std::chrono::duration<double>(again_in).count();
    const std::string reason = why.empty() ? "" : std::format(" ({})", visible_text(why));
    return std::format("connection lost, trying again in {:.{}f} s{}", seconds, seconds < 10 ? 1 : 0, reason);
}

}  // namespace

void StatusLine::lost(std::string_view why, std::chrono::milliseconds again_in) {
    if (counts()) {
        count_down(why, again_in);
    } else {
        std::fputs(std::format("mcpctl: {}\n", lost_text(why, again_in)).c_str(), stderr);
    }
}

void StatusLine::count_down(std::string_view why, std::chrono::milliseconds again_in) {
    if (counts()) {
        draw(terminal_.paint(cut_to_width(lost_text(why, again_in), terminal_.width - 1, terminal_.unicode),
                             Colour::yellow));
    }
}

void StatusLine::back() {
    if (counts()) {
        clear();
    } else {
        std::fputs("mcpctl: connected again\n", stderr);
    }
}

void StatusLine::draw(const std::string& text) {
    std::fputs(std::format("\r{}\033[K", text).c_str(), stderr);
    std::fflush(stderr);
    drawn_ = true;
}

void StatusLine::clear() {
    if (drawn_) {
        std::fputs("\r\033[K", stderr);
        std::fflush(stderr);
        drawn_ = false;
    }
}

}  // namespace mcpctl::ctl
