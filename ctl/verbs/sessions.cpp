#include <pwd.h>

#include <format>
#include <nlohmann/json.hpp>

#include "ctl/output/time_text.hpp"
#include "ctl/verbs/listing.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples =
    "  mcpctl sessions\n"
    "  mcpctl sessions files -o json | jq -r '.[] | select(.state == \"open\") | .peerPid'\n";

struct Options {
    std::string instance;
};

std::string peer_of(const SessionInfo& session) {
    const passwd* user = ::getpwuid(session.peer_uid);
    const std::string name = user != nullptr ? std::string(user->pw_name) : std::to_string(session.peer_uid);
    return session.peer_pid == 0 ? name : std::format("{}:{}", name, session.peer_pid);
}

std::vector<Cell> row_of(const SessionInfo& session) {
    return {{session.id},
            {session.instance},
            {session.state, session.state == "open" ? Colour::green : Colour::none},
            {session.pid == 0 ? "-" : std::to_string(session.pid)},
            {elapsed(session.opened_at, now_microseconds()) + " ago"},
            {peer_of(session)},
            {session.cold ? "yes" : "no"},
            {session.reason}};
}

// Of one instance, or of all that have sessions.
Result<std::vector<SessionInfo>> sessions_of(AgentClient& agent, const std::vector<InstanceInfo>& instances) {
    std::vector<SessionInfo> all;
    for (const InstanceInfo& instance : instances) {
        if (!instance.has_sessions()) {
            continue;
        }
        auto sessions = agent.sessions(instance);
        if (sessions) {
            all.insert(all.end(), sessions->begin(), sessions->end());
        } else if (sessions.error().code != ErrorCode::NotFound || instances.size() == 1) {
            return sessions;  // one of many may have been removed since they were listed
        }
    }
    return all;
}

ExitCode sessions(Context& context, const Options& options) {
    const Listing<SessionInfo> listing{{"SESSION", "INSTANCE", "STATE", "PID", "OPENED", "BY", "COLD", "REASON"},
                                       row_of,
                                       [](const SessionInfo& session) { return session.id; },
                                       "No sessions. 'mcpctl connect' opens one.",
                                       {"COLD", "PID"}};
    if (options.instance.empty()) {
        return print_listing(context, context.agent().instances().and_then([&](const auto& all) {
            return sessions_of(context.agent(), all);
        }),
                             listing);
    }
    const auto instance = context.agent().find_instance(options.instance);
    if (!instance) {
        return report_unknown(context, instance.error(), options.instance, [&] { return instance_names(context); });
    }
    return print_listing(context, sessions_of(context.agent(), {*instance}), listing);
}

}  // namespace

void add_sessions(CLI::App& parent, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App& verb = add_verb(parent, context, "sessions",
                              "List the sessions with stdio servers: open ones and the last that ended", examples);
    verb.add_option("INSTANCE", options->instance, "Only of this one: name, id, or a prefix of the id");
    add_output_option(verb, context);
    act(verb, context, options, sessions);
}

}  // namespace mcpctl::ctl
