// Every change of what the token may see, as it comes.
#include <utility>

#include "http-bridge/bridge.hpp"
#include "http-bridge/handlers.hpp"

namespace mcpctl::http_bridge {
namespace {

constexpr std::size_t most_at_once = 256;

class ChangeSource : public EventSource {
  public:
    ChangeSource(std::shared_ptr<AgentLink> agent, std::shared_ptr<AgentWatch> watch)
        : agent_(std::move(agent)), watch_(std::move(watch)) {}

    Task<std::vector<StreamEvent>> next(Clock::time_point deadline) override {
        std::vector<StreamEvent> events;
        while (!ended()) {
            take(events);
            const std::uint64_t seen = watch_->changed().count();
            if (!events.empty() || std::exchange(woken_, false) || Clock::now() >= deadline) {
                break;
            }
            co_await watch_->changed().wait_until(deadline, seen);
        }
        co_return events;
    }
    void wake() override {
        woken_ = true;
        watch_->changed().notify();
    }

  protected:
    [[nodiscard]] std::optional<StreamEnd> ended() const override {
        if (agent_->agent_left() || !watch_->usable()) {
            return StreamEnd::agent_left;
        }
        return agent_->usable() ? std::nullopt : std::optional(StreamEnd::token_is_void);
    }

  private:
    void take(std::vector<StreamEvent>& events) {
        // Also for one who was too slow for the changes that are kept.
        if (next_ < watch_->first() || !begun_) {
            events.push_back({.name = "snapshot", .id = {}, .data = watch_->snapshot(agent_->token())});
            next_ = watch_->end();
            begun_ = true;
        }
        for (; next_ < watch_->end() && events.size() < most_at_once; ++next_) {
            const Change& change = watch_->change(next_);
            if (is_visible(change.profile, agent_->token())) {
                events.push_back({.name = change.name, .id = {}, .data = change.data});
            }
        }
    }

    std::shared_ptr<AgentLink> agent_;
    std::shared_ptr<AgentWatch> watch_;
    std::uint64_t next_ = 0;
    bool begun_ = false;
    bool woken_ = false;
};

}  // namespace

Task<Result<Response>> stream_events(Call call) {
    auto watch = co_await call.bridge.watches.current();
    if (!watch) {
        co_return std::unexpected(watch.error());
    }
    co_return Response{.source = std::make_shared<ChangeSource>(call.agent, *std::move(watch))};
}

}  // namespace mcpctl::http_bridge
