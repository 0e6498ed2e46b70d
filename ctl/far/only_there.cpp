#include "ctl/far/only_there.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <string_view>

namespace mcpctl::ctl::far {
namespace {

struct Row {
    OnlyThere what;
    std::string_view name;
};

constexpr std::array table{
    Row{OnlyThere::definitions, "defining servers and profiles, or showing whole definitions,"},
    Row{OnlyThere::doctor, "the look at an installation"},
    Row{OnlyThere::effective_settings, "what a profile's instances run under"},
    Row{OnlyThere::failure_log, "what an instance wrote before it failed"},
    Row{OnlyThere::health_history, "the history of an instance's health"},
    Row{OnlyThere::messages, "speaking MCP with a server"},
    Row{OnlyThere::sessions, "a session with a stdio server"},
    Row{OnlyThere::audit, "the audit trail"},
    Row{OnlyThere::secrets, "the handling of secrets"},
    Row{OnlyThere::tokens, "the handling of tokens"},
    Row{OnlyThere::workloads, "the list of an instance's processes"},
};

}  // namespace

std::unexpected<Error> only_there(OnlyThere what) {
    const auto* const row = std::ranges::find(table, what, &Row::what);
    const std::string_view name = row == table.end() ? "this" : row->name;
    return fail(ErrorCode::NotSupported, std::format("{} does not go over HTTP: run it on the machine itself", name),
                "--host", "ssh HOST mcpctl …");
}

}  // namespace mcpctl::ctl::far
