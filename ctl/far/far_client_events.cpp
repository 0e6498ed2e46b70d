// FarClient: every change of what the token may see.
#include <nlohmann/json.hpp>
#include <utility>

#include "ctl/backoff.hpp"
#include "ctl/far/far_client.hpp"
#include "ctl/far/refusal.hpp"
#include "mcp/event_stream.hpp"

namespace mcpctl::ctl::far {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_event_bytes = std::size_t{64} << 20;

// What the bridge adds for its own readers is left out, so that an event looks the same whatever way it came.
void leave_out_additions(Json& instance) {
    if (instance.is_object()) {
        instance.erase("status");
        instance.erase("config");
    }
}

Event event_of(mcp::Event event) {
    Json data = Json::parse(event.data, nullptr, false);
    if (event.type == "instance") {
        leave_out_additions(data);
    } else if (event.type == "snapshot" && data.is_object() && data["instances"].is_array()) {
        for (Json& instance : data["instances"]) {
            leave_out_additions(instance);
        }
    }
    return {std::move(event.type), data.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

// Until the stream ends (true), or until nothing more is wanted.
bool carry(Exchange& exchange, int interrupt_fd, const std::function<bool(const Event&)>& take) {
    mcp::EventStream stream(most_event_bytes);
    bool wanted = true;
    bool ended = false;
    while (wanted) {
        const auto step = exchange.wait(SteadyClock::now() + longest_silence, interrupt_fd);
        if (step && *step == Exchange::Step::interrupted) {
            return false;
        }
        if (!step || *step != Exchange::Step::more || ended) {
            return true;
        }
        const auto fed = stream.feed(exchange.take_body(), [&](mcp::Event event) {
            ended = ended || event.type == "end";
            if (wanted && !ended) {
                wanted = take(event_of(std::move(event)));
            }
        });
        ended = ended || !fed;
    }
    return false;
}

}  // namespace

Result<void> FarClient::follow_events(const std::function<bool(const Event&)>& take) {
    Backoff backoff;
    for (bool begun = false;;) {
        const auto stream = open_events("/api/events");
        if (stream) {
            begun = true;
            backoff.reset();
            if (!carry(**stream, interrupt_fd_, take)) {
                return {};
            }
        } else if (interrupted_) {
            return {};
        } else if (!begun || !may_pass(stream.error().code)) {
            return std::unexpected(stream.error());
        }
        disconnect();
        if (!pause(backoff.next())) {
            return {};
        }
    }
}

}  // namespace mcpctl::ctl::far
