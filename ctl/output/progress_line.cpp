#include "ctl/output/progress_line.hpp"

#include <array>
#include <cstdio>
#include <format>
#include <string>

#include "ctl/output/visible_text.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::array<std::string_view, 10> unicode_frames{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
constexpr std::array<std::string_view, 4> ascii_frames{"|", "/", "-", "\\"};

}  // namespace

void ProgressLine::draw(std::string_view step, std::chrono::milliseconds passed) {
    if (!shown()) {
        return;
    }
    const std::string_view spinner =
        terminal_.unicode ? unicode_frames[frame_ % unicode_frames.size()] : ascii_frames[frame_ % ascii_frames.size()];
    ++frame_;
    const std::string time = std::format(" ({} s)", passed.count() / 1000);
    // One column stays free: a character in the last one makes some terminals wrap.
    const std::size_t taken = time.size() + 3;
    const std::size_t room = terminal_.width > taken ? terminal_.width - taken : 0;
    const std::string text = cut_to_width(visible_text(step), room, terminal_.unicode);
    const std::string line = std::format("\r{} {}{}\033[K", terminal_.paint(spinner, Colour::yellow), text, time);
    std::fputs(line.c_str(), stderr);
    std::fflush(stderr);
    drawn_ = true;
}

void ProgressLine::clear() {
    if (drawn_) {
        std::fputs("\r\033[K", stderr);
        std::fflush(stderr);
        drawn_ = false;
    }
}

}  // namespace mcpctl::ctl
