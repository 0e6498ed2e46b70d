// Metrics in the text format of Prometheus (M10).
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "base/concurrently.hpp"
#include "http-bridge/bridge.hpp"
#include "http-bridge/handlers.hpp"
#include "http-bridge/lookup.hpp"

namespace mcpctl::http_bridge {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::size_t most_questions_at_once = 16;
constexpr std::array states{"starting", "running", "draining", "restarting", "backoff", "failed"};

struct Seen {
    ctl::InstanceInfo instance;
    std::optional<ctl::HealthInfo> health;  // nothing where it has gone meanwhile
};

using Labels = std::vector<ClientMetric::Label>;

Labels labels_of(const ctl::InstanceInfo& instance, Labels more = {}) {
    Labels labels{{"instance_id", instance.id},
                  {"instance_name", instance.name},
                  {"profile", instance.profile},
                  {"server", instance.server}};
    labels.insert(labels.end(), more.begin(), more.end());
    return labels;
}

class Families {
  public:
    // A value of each instance that has one.
    template <class Value>
    void add(const char* name, const char* help, MetricType type, const std::vector<Seen>& all, Value value_of) {
        MetricFamily family{.name = name, .help = help, .type = type, .metric = {}};
        for (const Seen& seen : all) {
            if (const std::optional<double> value = value_of(seen)) {
                family.metric.push_back(metric(type, labels_of(seen.instance), *value));
            }
        }
        keep(std::move(family));
    }
    void keep(MetricFamily family) {
        if (!family.metric.empty()) {
            families_.push_back(std::move(family));
        }
    }
    static ClientMetric metric(MetricType type, Labels labels, double value) {
        ClientMetric metric;
        metric.label = std::move(labels);
        (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
        return metric;
    }
    std::vector<MetricFamily> take() { return std::move(families_); }

  private:
    std::vector<MetricFamily> families_;
};

void add_states(Families& families, const std::vector<Seen>& all) {
    MetricFamily family{.name = "mcpctl_instance_state",
                        .help = "1 for the state that the instance is in.",
                        .type = MetricType::Gauge,
                        .metric = {}};
    MetricFamily info{.name = "mcpctl_instance_info",
                      .help = "1; its labels tell what the instance is.",
                      .type = MetricType::Gauge,
                      .metric = {}};
    for (const Seen& seen : all) {
        for (const char* state : states) {
            family.metric.push_back(Families::metric(MetricType::Gauge, labels_of(seen.instance, {{"state", state}}),
                                                     seen.instance.state == state ? 1 : 0));
        }
        info.metric.push_back(Families::metric(
            MetricType::Gauge,
            labels_of(seen.instance, {{"runtime", seen.instance.runtime}, {"transport", seen.instance.transport}}), 1));
    }
    families.keep(std::move(family));
    families.keep(std::move(info));
}

// What its properties tell.
void add_instances(Families& families, const std::vector<Seen>& all) {
    const auto gauge = [&](const char* name, const char* help, auto value) {
        families.add(name, help, MetricType::Gauge, all,
                     [&](const Seen& seen) -> std::optional<double> { return value(seen.instance); });
    };
    using Info = const ctl::InstanceInfo&;
    gauge("mcpctl_instance_ready", "1 when the server answers MCP.", [](Info i) { return i.readiness == "ready"; });
    gauge("mcpctl_instance_alive", "1 when its process runs.", [](Info i) { return i.liveness == "alive"; });
    gauge("mcpctl_instance_alert", "1 while an alert is raised.", [](Info i) { return i.alert; });
    gauge("mcpctl_instance_consecutive_restarts", "Automatic restarts since it last ran steadily.",
          [](Info i) { return double(i.restarts); });
    gauge("mcpctl_instance_generation", "Counts the workloads of the instance.",
          [](Info i) { return double(i.generation); });
    gauge("mcpctl_instance_created_timestamp_seconds", "When it was created.",
          [](Info i) { return double(i.created_at) / 1e6; });
    const auto of_stdio = [&](const char* name, const char* help, auto value) {
        families.add(name, help, MetricType::Gauge, all, [&](const Seen& seen) {
            return seen.instance.has_sessions() ? std::optional(value(seen.instance)) : std::nullopt;
        });
    };
    of_stdio("mcpctl_instance_sessions", "Open sessions of a stdio server.", [](Info i) { return double(i.sessions); });
    of_stdio("mcpctl_instance_standbys", "Processes of a stdio server that are ready to be handed over.",
             [](Info i) { return double(i.standbys); });
}

// What changes with each check.
void add_statistics(Families& families, const std::vector<Seen>& all) {
    const auto add = [&](const char* name, const char* help, MetricType type, auto value) {
        families.add(name, help, type, all, [&](const Seen& seen) -> std::optional<double> {
            return seen.health ? std::optional<double>(value(*seen.health)) : std::nullopt;
        });
    };
    const auto known = [&](const char* name, const char* help, MetricType type, double unit,
                           std::optional<std::uint64_t> ctl::HealthInfo::* member) {
        families.add(name, help, type, all, [&](const Seen& seen) -> std::optional<double> {
            const auto value = seen.health ? (*seen.health).*member : std::nullopt;
            return value ? std::optional(double(*value) / unit) : std::nullopt;
        });
    };
    using Health = const ctl::HealthInfo&;
    add("mcpctl_instance_consecutive_failures", "Checks in a row that failed.", MetricType::Gauge,
        [](Health h) { return double(h.consecutive_failures); });
    add("mcpctl_instance_failure_threshold", "So many of them raise an alert.", MetricType::Gauge,
        [](Health h) { return double(h.failure_threshold); });
    add("mcpctl_instance_checks_total", "Checks by the agent that runs now.", MetricType::Counter,
        [](Health h) { return double(h.checks); });
    add("mcpctl_instance_last_check_timestamp_seconds", "When it was checked last; 0: never.", MetricType::Gauge,
        [](Health h) { return double(h.last_checked) / 1e6; });
    add("mcpctl_instance_log_entries_total", "Lines that the journal took, since the agent was asked first.",
        MetricType::Counter, [](Health h) { return double(h.log_entries); });
    add("mcpctl_instance_log_entries_suppressed_total", "Lines that journald dropped: more than the limit.",
        MetricType::Counter, [](Health h) { return double(h.suppressed_log_entries); });
    known("mcpctl_instance_check_latency_seconds", "Time that the last answer to a check took.", MetricType::Gauge, 1e6,
          &ctl::HealthInfo::latency);
    known("mcpctl_instance_memory_bytes", "Memory of all its processes.", MetricType::Gauge, 1,
          &ctl::HealthInfo::memory);
    known("mcpctl_instance_cpu_seconds_total", "Processor time of all its processes.", MetricType::Counter, 1e6,
          &ctl::HealthInfo::cpu);
    known("mcpctl_instance_tasks", "Its processes and threads.", MetricType::Gauge, 1, &ctl::HealthInfo::tasks);
    known("mcpctl_instance_uptime_seconds", "Time since it became ready.", MetricType::Gauge, 1e6,
          &ctl::HealthInfo::uptime);
}

void add_restarts(Families& families, const std::vector<Seen>& all) {
    MetricFamily family{.name = "mcpctl_instance_restarts_total",
                        .help = "Automatic restarts by the agent that runs now, and why.",
                        .type = MetricType::Counter,
                        .metric = {}};
    for (const Seen& seen : all) {
        const auto counts = seen.health ? seen.health->restarts_by_reason : std::map<std::string, std::uint64_t>();
        for (const auto& [reason, count] : counts) {
            family.metric.push_back(
                Families::metric(MetricType::Counter, labels_of(seen.instance, {{"reason", reason}}), double(count)));
        }
    }
    families.keep(std::move(family));
}

std::vector<Seen> instances_in(const AgentWatch& watch, const TokenView& token) {
    std::vector<Seen> all;
    for (const auto& [path, object] : watch.objects()) {
        const auto* const instance = std::get_if<ctl::InstanceInfo>(&object.info);
        if (instance != nullptr && token.reaches(instance->profile)) {
            all.push_back({.instance = *instance, .health = std::nullopt});
        }
    }
    return all;
}

Task<void> ask_statistics(std::shared_ptr<AgentLink> agent, Seen& seen) {
    const auto text = co_await agent->call<std::string>(seen.instance.path, dbus::instance_interface, "GetStatistics");
    if (auto health = text ? ctl::health_from(*text) : std::unexpected(text.error())) {
        seen.health = *std::move(health);
    }
}

}  // namespace

Task<Result<Response>> show_metrics(Call call) {
    const auto watch = co_await up_to_date(call);
    if (!watch) {
        co_return std::unexpected(watch.error());
    }
    std::vector<Seen> all = instances_in(**watch, call.agent->token());
    co_await concurrently(all.size(), most_questions_at_once,
                          [&](std::size_t i) { return ask_statistics(call.agent, all[i]); });
    Families families;
    add_states(families, all);
    add_instances(families, all);
    add_statistics(families, all);
    add_restarts(families, all);
    std::ostringstream text;
    const prometheus::TextSerializer serializer;
    serializer.Serialize(text, families.take());
    // What concerns the whole machine is for tokens of the whole machine.
    if (call.agent->token().profiles.empty()) {
        serializer.Serialize(text, call.bridge.telemetry.collect());
    }
    co_return Response{.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = std::move(text).str()};
}

}  // namespace mcpctl::http_bridge
