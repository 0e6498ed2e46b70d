#include "ctl/far/far_client.hpp"

#include <poll.h>

#include <algorithm>
#include <format>
#include <utility>

#include "base/shown.hpp"
#include "ctl/far/decoded.hpp"
#include "ctl/far/only_there.hpp"
#include "ctl/far/refusal.hpp"
#include "ctl/far/user_files.hpp"
#include "ctl/log_follow.hpp"
#include "dbus/names.hpp"
#include "mcp/event_stream.hpp"

namespace mcpctl::ctl::far {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds answer_deadline{25};
// Fewer characters of an id are no prefix, as for the agent.
constexpr std::size_t shortest_prefix = 4;
constexpr std::size_t whole_id = 36;
// A list whose pages never end must end.
constexpr int most_pages = 1000;
constexpr std::size_t most_snapshot_bytes = std::size_t{64} << 20;

std::string route_of(const InstanceInfo& instance, std::string_view rest = {}) {
    return std::format("/api/instances/{}{}", percent_encoded(instance.id), rest);
}

bool has_prefix(const InstanceInfo& instance, const std::string& prefix) {
    std::string hex = instance.id;
    std::erase(hex, '-');
    return instance.id.starts_with(prefix) || hex.starts_with(prefix);
}

// In the agent's own words.
Result<InstanceInfo> only_one(std::vector<InstanceInfo> matches, const std::string& reference) {
    if (matches.empty()) {
        return fail(ErrorCode::NotFound, std::format("no instance has the name or id '{}'", shown(reference)),
                    "instance", "see: mcpctl list");
    }
    if (matches.size() > 1) {
        std::string names;
        for (const InstanceInfo& match : matches) {
            names.append(names.empty() ? "" : ", ").append(match.name);
        }
        return fail(ErrorCode::InvalidArgument,
                    std::format("'{}' fits {} instances: {}", shown(reference), matches.size(), names), "instance",
                    "give more characters of the id");
    }
    return std::move(matches.front());
}

}  // namespace

FarClient::FarClient(Options options) : options_(std::move(options)), ways_(cache_file("ways")) {}

Result<void> FarClient::prepare() {
    if (!access_) {
        auto access = access_from(options_);
        if (!access) {
            return std::unexpected(std::move(access.error()));
        }
        access_ = *std::move(access);
    }
    if (!connections_) {
        connections_ = std::make_shared<Connections>();
    }
    return {};
}

Error FarClient::note(Error error) {
    interrupted_ = interrupted_ || error.code == ErrorCode::Canceled;
    return error;
}

Result<Answer> FarClient::ask(const Call& call) {
    for (bool may_repeat = call.method == "GET";; may_repeat = false) {
        if (auto ready = prepare(); !ready) {
            return std::unexpected(std::move(ready.error()));
        }
        Exchange exchange(connections_, *access_, call);
        auto answer = whole_answer(exchange, SteadyClock::now() + answer_deadline, interrupt_fd_);
        if (answer) {
            return answer;
        }
        const bool broke = answer.error().code == ErrorCode::Unavailable && exchange.was_sent();
        if (!broke || !may_repeat) {
            Error error = note(std::move(answer.error()));
            if (call.method != "GET" && exchange.was_sent() && error.code != ErrorCode::Canceled) {
                error.reason += "; whether the request was carried out is not known";
                error.hint = "look with 'mcpctl list' before you repeat it";
            }
            return std::unexpected(std::move(error));
        }
        disconnect();
    }
}

Result<std::string> FarClient::read(const std::string& path) {
    return ask({.path = path}).and_then([&](Answer answer) -> Result<std::string> {
        if (answer.status == 200) {
            return std::move(answer.body);
        }
        return std::unexpected(refusal_of(answer, access_->address));
    });
}

bool FarClient::pause(std::chrono::milliseconds duration) {
    pollfd watched{interrupt_fd_, POLLIN, 0};
    interrupted_ = ::poll(&watched, 1, int(std::max<std::int64_t>(duration.count(), 0))) > 0 || interrupted_;
    return !interrupted_;
}

Result<AgentInfo> FarClient::agent() {
    return read("/openapi.json").and_then([](const std::string& body) {
        return decoded(body, [](const Json& description) {
            AgentInfo agent;
            agent.version = description.at("info").at("version").get<std::string>();
            return agent;
        });
    });
}

Result<std::vector<ServerInfo>> FarClient::servers() {
    return read("/api/servers").and_then([](const std::string& body) {
        return decoded(body, [](const Json& list) { return each_of(list, "servers", server_from); });
    });
}

Result<std::vector<ProfileInfo>> FarClient::profiles() {
    return read("/api/profiles").and_then([](const std::string& body) {
        return decoded(body, [](const Json& list) { return each_of(list, "profiles", profile_from); });
    });
}

Result<std::vector<InstanceInfo>> FarClient::instances() {
    std::vector<InstanceInfo> all;
    std::string after;
    for (int page = 0; page < most_pages; ++page) {
        const std::string from = after.empty() ? "" : "&after=" + percent_encoded(after);
        auto some = read("/api/instances?limit=1000" + from).and_then([&](const std::string& body) {
            return decoded(body, [&](const Json& list) {
                const Json next = list.value("next", Json());
                after = next.is_string() ? next.get<std::string>() : std::string();
                return each_of(list, "instances", instance_from);
            });
        });
        if (!some) {
            return some;
        }
        all.insert(all.end(), some->begin(), some->end());
        if (after.empty()) {
            return all;
        }
    }
    return fail(ErrorCode::LimitsExceeded, std::format("the list of instances has more than {} pages", most_pages));
}

// No route lists them, but whoever follows events is told of all that there are first.
Result<std::vector<JobInfo>> FarClient::jobs() {
    auto exchange = open_events("/api/events");
    if (!exchange) {
        return std::unexpected(std::move(exchange.error()));
    }
    const auto deadline = SteadyClock::now() + answer_deadline;
    mcp::EventStream events(most_snapshot_bytes);
    std::optional<std::string> snapshot;
    while (!snapshot) {
        const auto step = (*exchange)->wait(deadline, interrupt_fd_);
        if (!step) {
            return std::unexpected(note(step.error()));
        }
        if (*step != Exchange::Step::more) {
            const bool interrupted = *step == Exchange::Step::interrupted;
            return std::unexpected(note({interrupted ? ErrorCode::Canceled : ErrorCode::TimedOut,
                                         "the far machine did not tell what there is in time"}));
        }
        const auto fed = events.feed((*exchange)->take_body(), [&](mcp::Event event) {
            if (event.type == "snapshot" && !snapshot) {
                snapshot = std::move(event.data);
            }
        });
        if (!fed) {
            return std::unexpected(fed.error());
        }
    }
    return decoded(*snapshot, [](const Json& all) { return each_of(all, "jobs", job_from); });
}

Result<InstanceInfo> FarClient::find_instance(const std::string& reference) {
    auto named = ask({.path = "/api/instances/" + percent_encoded(reference)});
    if (!named) {
        return std::unexpected(std::move(named.error()));
    }
    if (named->status == 200) {
        return decoded(named->body, instance_from);
    }
    Error refusal = refusal_of(*named, access_->address);
    // What is neither a name nor an id is no part of a path either.
    if (refusal.code != ErrorCode::NotFound && refusal.code != ErrorCode::InvalidArgument) {
        return std::unexpected(std::move(refusal));
    }
    if (reference.size() < shortest_prefix || reference.size() >= whole_id) {
        return only_one({}, reference);
    }
    return instances().and_then([&](std::vector<InstanceInfo> all) {
        std::erase_if(all, [&](const InstanceInfo& instance) { return !has_prefix(instance, reference); });
        return only_one(std::move(all), reference);
    });
}

Result<InstanceInfo> FarClient::instance_at(const std::string& path) {
    const auto hex = dbus::name_at("instance", path.c_str());
    if (!hex || hex->size() != 32) {
        return fail(ErrorCode::NotFound, "there is no such instance");
    }
    const std::string id = std::format("{}-{}-{}-{}-{}", hex->substr(0, 8), hex->substr(8, 4), hex->substr(12, 4),
                                       hex->substr(16, 4), hex->substr(20));
    return read("/api/instances/" + percent_encoded(id)).and_then([](const std::string& body) {
        return decoded(body, instance_from);
    });
}

Result<HealthInfo> FarClient::check_health(const InstanceInfo& instance) {
    return statistics(instance);
}

Result<HealthInfo> FarClient::statistics(const InstanceInfo& instance) {
    return read(route_of(instance, "/health")).and_then([](const std::string& body) {
        return decoded(body, health_from);
    });
}

}  // namespace mcpctl::ctl::far
