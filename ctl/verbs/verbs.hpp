// One function per verb: it declares the verb's options and sets Context::action when the verb was chosen.
#pragma once

#include <CLI/CLI.hpp>

namespace mcpctl::ctl {

class Context;

void add_server(CLI::App& parent, Context& context);
void add_profile(CLI::App& parent, Context& context);
void add_start(CLI::App& parent, Context& context);
void add_stop(CLI::App& parent, Context& context);
void add_restart(CLI::App& parent, Context& context);
void add_status(CLI::App& parent, Context& context);
void add_list(CLI::App& parent, Context& context);
void add_health(CLI::App& parent, Context& context);
void add_logs(CLI::App& parent, Context& context);
void add_audit(CLI::App& parent, Context& context);
void add_tools(CLI::App& parent, Context& context);
void add_call(CLI::App& parent, Context& context);
void add_connect(CLI::App& parent, Context& context);
void add_secret(CLI::App& parent, Context& context);
void add_token(CLI::App& parent, Context& context);
void add_sessions(CLI::App& parent, Context& context);
void add_disconnect(CLI::App& parent, Context& context);
void add_import(CLI::App& parent, Context& context);
void add_export(CLI::App& parent, Context& context);
void add_jobs(CLI::App& parent, Context& context);
void add_events(CLI::App& parent, Context& context);
void add_doctor(CLI::App& parent, Context& context);
void add_version(CLI::App& parent, Context& context);
// Hidden: what the completions of shells ask.
void add_complete(CLI::App& parent, Context& context);

}  // namespace mcpctl::ctl
