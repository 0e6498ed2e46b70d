#include <format>
#include <nlohmann/json.hpp>

#include "ctl/output/amounts.hpp"
#include "ctl/output/json.hpp"
#include "ctl/output/table.hpp"
#include "ctl/output/time_text.hpp"
#include "ctl/output/visible_text.hpp"
#include "ctl/verbs/health_text.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/reply.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view examples =
    "  mcpctl status everything\n"
    "  mcpctl status 3f2a -o json\n"
    "  mcpctl status everything >/dev/null      exit code 7 when it does not run\n";

struct Options {
    std::string instance;
};

struct Details {
    InstanceInfo instance;
    HealthInfo health;
    Json workloads = Json::array();
    Error workloads_missing;  // why, where the runtime does not answer
    std::vector<std::string> failure_log;
};

Result<Details> details_of(AgentClient& agent, const InstanceInfo& instance) {
    Details details{instance, {}, Json::array(), {}, {}};
    auto health = agent.statistics(instance);
    if (!health) {
        return std::unexpected(std::move(health.error()));
    }
    details.health = *std::move(health);
    auto log = agent.failure_log(instance);
    if (log) {
        details.failure_log = std::move(*log);
    } else if (log.error().code != ErrorCode::AccessDenied && log.error().code != ErrorCode::NotSupported) {
        // Who may not read logs, or is far away, may see everything else.
        return std::unexpected(std::move(log.error()));
    }
    const auto workloads = agent.workloads(instance);
    if (!workloads) {
        details.workloads_missing = workloads.error();
        return details;
    }
    details.workloads = Json::parse(*workloads, nullptr, false);
    if (!details.workloads.is_array()) {
        return fail(ErrorCode::Internal, "the agent's list of workloads is not JSON");
    }
    return details;
}

std::string main_workload(const Json& workloads, const char* key) {
    if (workloads.empty() || !workloads[0].is_object() || !workloads[0].contains(key)) {
        return {};
    }
    const Json& value = workloads[0][key];
    const bool none = value.is_null() || (value.is_number() && value == 0);
    return none ? "" : value.is_string() ? value.get<std::string>() : value.dump();
}

// The slice is the instance to systemd, so its name follows from the id.
std::string slice_of(const InstanceInfo& instance) {
    std::string hex = instance.id;
    std::erase(hex, '-');
    return std::format("mcpctl-{}.slice", hex);
}

std::string since(const InstanceInfo& instance) {
    if (instance.state != "running" || instance.started_at == 0) {
        return instance.state;
    }
    return std::format("{} since {}; {} ago", instance.state, local_time(instance.started_at),
                       elapsed(instance.started_at, now_microseconds()));
}

std::string health_of(const InstanceInfo& instance, const HealthInfo& health) {
    const std::string since =
        health.last_transition == 0 ? "" : std::format(" since {}", local_time(health.last_transition));
    const std::string why = instance.readiness == "ready" ? "" : std::format("; {}", health.reason);
    return std::format("{}{}, process {}{}", readiness_text(health.readiness), since, health.liveness,
                       health.reason.empty() ? "" : why);
}

// What was wrong last is why it was restarted last.
std::string restarts_of(const InstanceInfo& instance, const HealthInfo& health) {
    return instance.restarts == 0 || health.last_error.empty()
               ? std::to_string(instance.restarts)
               : std::format("{}, the last one because: {}", instance.restarts, health.last_error);
}

std::string processor_time(const HealthInfo& health) {
    return health.cpu ? took(std::chrono::milliseconds(*health.cpu / 1000)) : "";
}

// Two properties that are asked for again with each look: the agent does not announce them.
std::string sessions_of(const InstanceInfo& instance) {
    return instance.has_sessions() ? std::format("{} open, {} standby ready", instance.sessions, instance.standbys)
                                   : "";
}

std::string unreachable(const InstanceInfo& instance) {
    return instance.unreachable_since == 0 ? ""
                                           : std::format("unreachable since {}; what is shown was known then",
                                                         local_time(instance.unreachable_since));
}

// Who is far away is not told each time what he cannot have.
std::string workloads_missing(const Details& details) {
    return details.workloads_missing.code == ErrorCode::NotSupported ? "" : details.workloads_missing.reason;
}

std::vector<Field> fields_of(const Context& context, const Details& details) {
    const InstanceInfo& instance = details.instance;
    const HealthInfo& health = details.health;
    const bool in_container = instance.runtime == "docker";
    return {{"State", since(instance), Terminal::colour_of_state(instance.state)},
            {"Reason", instance.reason},
            {"Engine", unreachable(instance), Colour::red},
            {"Health", health_of(instance, health), colour_of_health(health.readiness, health.alert)},
            {"Alert", health.alert ? health.reason : "", Colour::red},
            {"Failures", failures_text(health), Colour::yellow},
            {"Last check", last_check_text(health, context.out)},
            {"Endpoint", instance.endpoint},
            {"Sessions", sessions_of(instance)},
            {"Transport", instance.transport},
            {"Profile", instance.profile},
            {"Server", instance.server},
            {"ID", instance.id},
            {"Runtime", in_container ? std::format("{} ({})", instance.runtime, instance.engine) : instance.runtime},
            {"Container", in_container ? instance.runtime_id : ""},
            {"Image", instance.image_id},
            {"Unit", instance.unit},
            {"Slice", slice_of(instance)},
            {"Invocation", in_container ? "" : instance.runtime_id},
            {"PID", main_workload(details.workloads, "pid")},
            {"Memory", health.memory ? size_text(*health.memory) : ""},
            {"CPU", processor_time(health)},
            {"Tasks", health.tasks ? std::to_string(*health.tasks) : ""},
            {"Generation", std::to_string(instance.generation)},
            {"Restarts", restarts_of(instance, health)},
            {"Created", local_time(instance.created_at)},
            {"Workloads", workloads_missing(details), Colour::yellow}};
}

void print_for_people(const Context& context, const Details& details) {
    const InstanceInfo& instance = details.instance;
    const std::string dot = context.out.unicode ? "●" : "*";
    print(std::format("{} {}\n", context.out.paint(dot, Terminal::colour_of_state(instance.state)),
                      context.out.paint(visible_text(instance.name), Colour::bold)));
    print(layout(fields_of(context, details), context.out));
    if (!details.failure_log.empty()) {
        print("\nLast lines before the latest failure:\n");
        for (const std::string& line : details.failure_log) {
            print("  " + visible_text(line) + '\n');
        }
    }
}

Json json_of(const Details& details) {
    Json object = to_json(details.instance);
    object["health"] = to_json(details.health);
    object["slice"] = slice_of(details.instance);
    object["workloads"] = details.workloads_missing.reason.empty() ? details.workloads : Json(nullptr);
    object["failureLog"] = details.failure_log;
    return object;
}

ExitCode status(Context& context, const Options& options) {
    const auto instance = context.agent().find_instance(options.instance);
    if (!instance) {
        return report_unknown(context, instance.error(), options.instance, [&] { return instance_names(context); });
    }
    const auto details = details_of(context.agent(), *instance);
    if (!details) {
        return report(context, details.error());
    }
    switch (context.format) {
        case OutputFormat::table:
            print_for_people(context, *details);
            break;
        case OutputFormat::json:
        case OutputFormat::ndjson:
            print_json(context, json_of(*details));
            break;
        case OutputFormat::name:
            print(visible_text(instance->name) + '\n');
            break;
    }
    return instance->state == "running" ? ExitCode::done : ExitCode::not_ready;
}

}  // namespace

void add_status(CLI::App& parent, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App& verb = add_verb(parent, context, "status", "Show how an instance is, and why", examples);
    verb.add_option("INSTANCE", options->instance, "Name, id, or a prefix of the id that no other has")->required();
    add_output_option(verb, context);
    act(verb, context, options, status);
}

}  // namespace mcpctl::ctl
