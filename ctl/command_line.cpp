#include "ctl/command_line.hpp"

#include <array>
#include <format>
#include <string_view>

#include "ctl/exit_code.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::array verbs{add_server,  add_profile,  add_start,      add_stop,   add_restart, add_status,
                           add_list,    add_health,   add_logs,       add_audit,  add_tools,   add_call,
                           add_connect, add_sessions, add_disconnect, add_secret, add_token,   add_import,
                           add_export,  add_jobs,     add_events,     add_doctor, add_version, add_complete};

constexpr std::string_view first_steps =
    "EXAMPLES:\n"
    "  mcpctl server add everything --transport streamable-http -- mcp-server-everything streamableHttp\n"
    "  mcpctl start everything\n"
    "  mcpctl status everything\n"
    "  mcpctl stop everything\n";

}  // namespace

void describe(CLI::App& app, Context& context) {
    app.get_formatter()->column_width(34);
    app.get_formatter()->label("SUBCOMMAND", "VERB");
    app.set_version_flag("--version", "mcpctl " MCPCTL_VERSION);
    app.footer(std::format("{}\n{}\nDurations are seconds or 250ms, 90s, 1m30s. 'mcpctl VERB --help' explains a verb.",
                           first_steps, exit_codes_help()));
    app.require_subcommand(0, 1);
    add_connection_option(app, context);
    add_far_options(app, context, "Other machines");
    for (const auto add : verbs) {
        add(app, context);
    }
}

std::string what_mcpctl_is() {
    return "Runs MCP servers as services of this machine.";
}

std::string path_of(const CLI::App& app) {
    return app.get_parent() == nullptr ? "mcpctl" : path_of(*app.get_parent()) + " " + app.get_name();
}

std::vector<const CLI::App*> shown_verbs(const CLI::App& group) {
    return group.get_subcommands([](const CLI::App* verb) { return !verb->get_group().empty(); });
}

const CLI::App* verb_named(const CLI::App& group, std::string_view name) {
    const auto found = group.get_subcommands([&](const CLI::App* verb) { return verb->get_name() == name; });
    return found.empty() ? nullptr : found.front();
}

}  // namespace mcpctl::ctl
