#include <format>

#include "ctl/output/visible_text.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples =
    "  mcpctl disconnect files 8c41\n"
    "  mcpctl sessions files -o name | xargs -n 1 mcpctl disconnect --yes files\n";

struct Options {
    std::string instance;
    std::string session;
    bool yes = false;
};

Result<SessionInfo> find(AgentClient& agent, const InstanceInfo& instance, const std::string& prefix) {
    auto sessions = agent.sessions(instance);
    if (!sessions) {
        return std::unexpected(std::move(sessions.error()));
    }
    std::erase_if(*sessions, [&](const SessionInfo& session) {
        return session.state == "ended" || !session.id.starts_with(prefix);
    });
    if (sessions->empty()) {
        return fail(ErrorCode::NotFound, std::format("{} has no session {}", instance.name, prefix), {},
                    std::format("mcpctl sessions {}", instance.name));
    }
    if (sessions->size() > 1) {
        return fail(ErrorCode::InvalidArgument, std::format("{} sessions begin with {}", sessions->size(), prefix),
                    "SESSION", std::format("mcpctl sessions {}", instance.name));
    }
    return std::move(sessions->front());
}

ExitCode disconnect(Context& context, const Options& options) {
    AgentClient& agent = context.agent();
    const auto instance = agent.find_instance(options.instance);
    if (!instance) {
        return report_unknown(context, instance.error(), options.instance, [&] { return instance_names(context); });
    }
    const auto session = find(agent, *instance, options.session);
    if (!session) {
        return report(context, session.error());
    }
    const std::string question = std::format("End session {} of {}? Its server is ended.", session->id, instance->name);
    if (const ExitCode answer = ask_first(options.yes, question); answer != ExitCode::done) {
        return answer;
    }
    if (const auto closed = agent.close_session(*instance, session->id); !closed) {
        return report(context, closed.error());
    }
    print(std::format("Ending session {} of {}\n", visible_text(session->id), visible_text(instance->name)));
    return ExitCode::done;
}

}  // namespace

void add_disconnect(CLI::App& parent, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App& verb = add_verb(parent, context, "disconnect", "End a session, as if its client had closed it", examples);
    verb.add_option("INSTANCE", options->instance, "Name, id, or a prefix of the id that no other has")->required();
    verb.add_option("SESSION", options->session, "Id of the session, or a prefix of it")->required();
    verb.add_flag("-y,--yes", options->yes, "Do not ask");
    act(verb, context, options, disconnect);
}

}  // namespace mcpctl::ctl
