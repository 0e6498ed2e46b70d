// A log that a far bridge sends, as events or as messages of a WebSocket.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "ctl/far/exchange.hpp"
#include "ctl/log_follow.hpp"
#include "mcp/event_stream.hpp"

namespace mcpctl::ctl::far {

class FarFollow : public LogFollow {
  public:
    // `exchange` has got its head. `on_broken` is called where it breaks at once, before anything has come: some
    // proxies let a WebSocket begin and then do not know what to do with it.
    FarFollow(std::unique_ptr<Exchange> exchange, Exchange::Kind kind, std::function<void()> on_broken);
    [[nodiscard]] FollowEnd take_lines(int interrupt, const TakeLine& take, const TookLines& took) override;

  private:
    // What has come, given to `take`.
    void give(const TakeLine& take);
    void give_line(std::string_view text, const TakeLine& take);
    [[nodiscard]] FollowEnd how_it_ended() const;
    FollowEnd end();

    std::unique_ptr<Exchange> exchange_;
    Exchange::Kind kind_;
    mcp::EventStream events_;
    std::function<void()> on_broken_;
    SteadyClock::time_point begun_ = SteadyClock::now();
    bool came_to_nothing_ = true;
    bool said_end_ = false;
    bool unreadable_ = false;
};

}  // namespace mcpctl::ctl::far
