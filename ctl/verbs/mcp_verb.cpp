#include "ctl/verbs/mcp_verb.hpp"

#include <unistd.h>

#include "ctl/interrupt.hpp"
#include "ctl/output/visible_text.hpp"

namespace mcpctl::ctl {

void add_mcp_options(CLI::App& verb, McpTarget& target) {
    verb.add_option("INSTANCE", target.instance, "Name, id, or a prefix of the id that no other has")->required();
    verb.add_option("--timeout", target.timeout, "Give up after so long (exit code 6); default: 60s")
        ->option_text("DURATION");
}

ExitCode with_mcp_client(Context& context, const McpTarget& target, const McpWork& work) {
    const auto timeout = parse_duration(target.timeout, "--timeout");
    if (!timeout) {
        return report(context, timeout.error());
    }
    const Interrupt interrupt;
    AgentClient& agent = context.agent();
    agent.watch_interrupt(interrupt.fd());
    const auto instance = agent.find_instance(target.instance);
    if (!instance) {
        return report_unknown(context, instance.error(), target.instance, [&] { return instance_names(context); });
    }
    const Patience patience{SteadyClock::now() + *timeout, interrupt.fd()};
    // HTTP+SSE is of the legacy generation only.
    const auto begin_with = instance->transport == "sse" ? mcp::Generation::legacy : mcp::Generation::modern;
    const auto code = McpClient::transport_of(agent, *instance, patience)
                          .and_then([&](std::unique_ptr<Transport> transport) {
                              return McpClient::greet(std::move(transport), begin_with, patience);
                          })
                          .and_then([&](McpClient client) { return work(client, patience); });
    if (code) {
        return *code;
    }
    if (code.error().code == ErrorCode::Canceled) {
        print_reason("interrupted");
        return ExitCode::interrupted;
    }
    return report(context, code.error());
}

std::string for_stream(int fd, const std::string& text) {
    return ::isatty(fd) != 0 ? visible_lines(text) : text;
}

}  // namespace mcpctl::ctl
