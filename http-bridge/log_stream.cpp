// What an instance writes, as it comes (M09).
#include <algorithm>

#include "http-bridge/handlers.hpp"
#include "http-bridge/log_lines.hpp"
#include "http-bridge/lookup.hpp"
#include "http-bridge/values.hpp"

namespace mcpctl::http_bridge {
namespace {

constexpr std::uint64_t longest_tail = 1'000'000;

class LogSource : public EventSource {
  public:
    LogSource(std::shared_ptr<AgentLink> agent, std::string instance, const asio::any_io_executor& executor,
              UniqueFd pipe)
        : agent_(std::move(agent)), instance_(std::move(instance)), lines_(executor, std::move(pipe)) {}

    Task<std::vector<StreamEvent>> next(Clock::time_point deadline) override {
        auto lines = co_await lines_.next(deadline);
        if (lines_.ended() && !end_) {
            end_ = co_await why_it_ended();
        }
        std::vector<StreamEvent> events;
        // Nothing is told to a token that does not count any more, however little of it was still to come.
        if (agent_->usable() || agent_->agent_left()) {
            for (std::string& line : lines) {
                std::string cursor(cursor_of(line));
                events.push_back({.name = {}, .id = std::move(cursor), .data = std::move(line)});
            }
        }
        co_return events;
    }
    void wake() override { lines_.wake(); }

  protected:
    [[nodiscard]] std::optional<StreamEnd> ended() const override {
        return agent_->usable() || agent_->agent_left() ? end_ : StreamEnd::token_is_void;
    }

  private:
    // The pipe of an agent that leaves ends too, maybe before the bus tells that it has left.
    Task<StreamEnd> why_it_ended() {
        const auto there = co_await agent_->properties(instance_, dbus::instance_interface);
        const bool is_gone = !there && there.error().code == ErrorCode::NotFound;
        co_return is_gone ? StreamEnd::finished : StreamEnd::agent_left;
    }

    std::shared_ptr<AgentLink> agent_;
    std::string instance_;
    LogLines lines_;
    std::optional<StreamEnd> end_;
};

// A client that comes back has said where it was, whatever it asked for at first.
Result<Properties> options_of(const Request& request) {
    Properties options;
    ctl::set_unless_empty(options, "level", text_of(request.target, "level"));
    ctl::set_unless_empty(options, "grep", text_of(request.target, "grep"));
    const auto tail = number_of(request.target, "tail", 0, longest_tail);
    if (!tail) {
        return std::unexpected(tail.error());
    }
    if (!request.last_event_id.empty()) {
        options["cursor"] = sdbus::Variant(request.last_event_id);
        return options;
    }
    ctl::set_unless_empty(options, "cursor", text_of(request.target, "cursor"));
    ctl::set_unless_empty(options, "since", text_of(request.target, "since"));
    if (*tail) {
        options["tail"] = sdbus::Variant(**tail);
    }
    return options;
}

}  // namespace

Task<Result<Response>> stream_logs(Call call) {
    const auto options = options_of(call.request);
    if (!options) {
        co_return std::unexpected(options.error());
    }
    const auto path = co_await instance_path_of(call);
    if (!path) {
        co_return std::unexpected(path.error());
    }
    auto pipe = co_await call.agent->call<sdbus::UnixFd>(*path, dbus::instance_interface, "FollowLogs", *options);
    if (!pipe) {
        if (pipe.error().code == ErrorCode::NotFound && is_id(call.subject)) {
            co_return no_such("instance", call.subject);
        }
        co_return std::unexpected(pipe.error());
    }
    co_return Response{.source = std::make_shared<LogSource>(call.agent, *path, co_await asio::this_coro::executor,
                                                             UniqueFd(pipe->release()))};
}

}  // namespace mcpctl::http_bridge
