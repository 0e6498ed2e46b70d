#include "ctl/far/far_follow.hpp"

#include <string>
#include <utility>

#include "ctl/far/from_json.hpp"

namespace mcpctl::ctl::far {
namespace {

constexpr std::size_t most_event_bytes = std::size_t{16} << 20;
constexpr std::chrono::seconds at_once{5};

// Close codes: nothing more will come, or not for this token. All others mean: come back.
constexpr unsigned finished = 1000;
constexpr unsigned not_for_you = 1008;

}  // namespace

FarFollow::FarFollow(std::unique_ptr<Exchange> exchange, Exchange::Kind kind, std::function<void()> on_broken)
    : exchange_(std::move(exchange)), kind_(kind), events_(most_event_bytes), on_broken_(std::move(on_broken)) {}

void FarFollow::give_line(std::string_view text, const TakeLine& take) {
    if (const std::string line = log_line_from(text); !line.empty()) {
        take(line);
    }
}

void FarFollow::give(const TakeLine& take) {
    for (const std::string& message : exchange_->take_messages()) {
        give_line(message, take);
    }
    const auto fed = events_.feed(exchange_->take_body(), [&](const mcp::Event& event) {
        if (event.type.empty() || event.type == "message") {
            give_line(event.data, take);
        } else if (event.type == "end") {
            said_end_ = true;
        }
    });
    unreadable_ = !fed;
    came_to_nothing_ = false;
}

FollowEnd FarFollow::how_it_ended() const {
    const auto code = exchange_->close_code();
    return said_end_ || code == finished || code == not_for_you ? FollowEnd::ended : FollowEnd::lost;
}

FollowEnd FarFollow::end() {
    const FollowEnd end = how_it_ended();
    if (end == FollowEnd::lost && came_to_nothing_ && SteadyClock::now() - begun_ < at_once) {
        on_broken_();
    }
    exchange_.reset();  // the bridge waits for us to go
    return end;
}

FollowEnd FarFollow::take_lines(int interrupt, const TakeLine& take, const TookLines& took) {
    while (true) {
        // Pings keep a WebSocket's silence short, and libcurl answers them without a word to us: TCP has to notice.
        const auto deadline =
            kind_ == Exchange::Kind::websocket ? SteadyClock::time_point::max() : SteadyClock::now() + longest_silence;
        const auto step = exchange_->wait(deadline, interrupt);
        if (step && *step == Exchange::Step::interrupted) {
            return FollowEnd::interrupted;
        }
        if (!step || *step != Exchange::Step::more) {
            return end();
        }
        give(take);
        if (!took()) {
            return FollowEnd::refused;
        }
        if (said_end_ || unreadable_ || exchange_->close_code()) {
            return end();
        }
    }
}

}  // namespace mcpctl::ctl::far
