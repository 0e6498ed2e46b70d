#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <format>
#include <span>
#include <string>

#include "ctl/interrupt.hpp"
#include "ctl/join.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples =
    "  mcpctl connect files\n"
    "  In a client's configuration: {\"command\": \"mcpctl\", \"args\": [\"connect\", \"files\"]}\n"
    "\n"
    "Nothing but the server's bytes is written to stdout. The end of stdin is the end of the server's input.\n"
    "EXIT CODES: 0 the client ended it, 8 the server ended it; otherwise as 'mcpctl --help' says.\n";

// A server that is started for this session may need minutes under load (startTimeout).
constexpr std::chrono::minutes open_patience{3};

struct Options {
    std::string instance;
};

ssize_t read_first(std::span<char> buffer) {
    ssize_t count = 0;
    do {
        count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    } while (count < 0 && errno == EINTR);
    return count;
}

Result<OpenedSession> open(AgentClient& agent, const InstanceInfo& instance) {
    const Interrupt interrupt;
    agent.watch_interrupt(interrupt.fd());
    auto session = agent.open_session(instance, open_patience);
    // The agent may exit when it is idle, and a session does not need it.
    agent.disconnect();
    if (session && !agent.pause(std::chrono::milliseconds(0))) {
        return fail(ErrorCode::Canceled, "interrupted");
    }
    agent.watch_interrupt(-1);
    return session;
}

ExitCode tell_end(AgentClient& agent, const InstanceInfo& instance, const std::string& id) {
    std::string why;
    if (const auto sessions = agent.sessions(instance)) {
        const auto found = std::ranges::find(*sessions, id, &SessionInfo::id);
        why = found == sessions->end() ? "" : found->reason;
    }
    print_reason(why.empty() ? "the server ended the session" : std::format("the server ended the session: {}", why));
    return ExitCode::server_ended;
}

// Some clients start their command twice, as a probe and for use, and kill the one or the other. So the instance is
// looked up at once, for errors to be seen, but a session is opened only when the first byte has come.
ExitCode connect_session(Context& context, const Options& options) {
    // The next descriptor that is opened would take the place of a closed stdout, and be written to.
    if (::fcntl(STDIN_FILENO, F_GETFD) < 0 || ::fcntl(STDOUT_FILENO, F_GETFD) < 0) {
        return report(context, {ErrorCode::InvalidArgument, "stdin or stdout is closed"});
    }
    AgentClient& agent = context.agent();
    const auto instance = agent.find_instance(options.instance);
    if (!instance) {
        return report_unknown(context, instance.error(), options.instance, [&] { return instance_names(context); });
    }
    if (!instance->has_sessions()) {
        return report(context, {ErrorCode::NotSupported,
                                std::format("{} speaks {}, not stdio", instance->name, instance->transport),
                                {},
                                std::format("clients reach it at {}", instance->endpoint)});
    }
    if (const auto reachable = agent.reach(*instance); !reachable) {
        return report(context, reachable.error());
    }
    agent.disconnect();
    std::array<char, 4096> first{};
    const ssize_t count = read_first(first);
    if (count <= 0) {
        return count == 0 ? ExitCode::done
                          : report(context, {ErrorCode::Internal, std::format("stdin: {}", std::strerror(errno))});
    }
    const auto session = open(agent, *instance);
    if (!session) {
        return report(context, session.error());
    }
    std::signal(SIGPIPE, SIG_IGN);  // SIGINT and SIGTERM end us, and that closes the session
    const EndedBy end = join(STDIN_FILENO, STDOUT_FILENO, session->socket.get(), {first.data(), std::size_t(count)});
    return end == EndedBy::client ? ExitCode::done : tell_end(agent, *instance, session->id);
}

}  // namespace

void add_connect(CLI::App& parent, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App& verb =
        add_verb(parent, context, "connect", "Join stdin and stdout to a session with a stdio server", examples);
    verb.add_option("INSTANCE", options->instance, "Name, id, or a prefix of the id that no other has")->required();
    act(verb, context, options, connect_session);
}

}  // namespace mcpctl::ctl
