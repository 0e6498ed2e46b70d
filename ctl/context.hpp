// What a verb works with.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "ctl/client.hpp"
#include "ctl/connection.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/far/access.hpp"
#include "ctl/output/terminal.hpp"

namespace mcpctl::ctl {

enum class OutputFormat : std::uint8_t {
    table,
    json,
    ndjson,  // an object a line
    name,
};

class Context {
  public:
    Terminal out = Terminal::of(1);
    Terminal err = Terminal::of(2);
    OutputFormat format = OutputFormat::table;
    ConnectionChoice connection = ConnectionChoice::automatic;
    // As JSON of either kind.
    [[nodiscard]] bool prints_json() const { return format == OutputFormat::json || format == OutputFormat::ndjson; }

    far::Options remote;               // another machine, where remote.host is not empty
    std::vector<std::string> command;  // what stood after "--"
    bool takes_command = false;
    std::function<ExitCode(Context&)> action;

    // Connects when it is first asked something.
    [[nodiscard]] AgentClient& agent();
    [[nodiscard]] bool is_far() const { return !remote.host.empty(); }

  private:
    std::unique_ptr<AgentClient> agent_;
};

// "mcpctl: REASON", then "  field: …" and "  hint: …" on stderr. Tells the exit code that belongs to the error.
ExitCode report(Context& context, const Error& error);

// The same where `word` names nothing: adds which of the existing names it is near to. The names are asked for only
// when they are needed.
ExitCode report_unknown(Context& context, const Error& error, std::string_view word,
                        const std::function<std::vector<std::string>()>& existing_names);
[[nodiscard]] std::vector<std::string> instance_names(Context& context);
[[nodiscard]] std::vector<std::string> profile_names(Context& context);
[[nodiscard]] std::vector<std::string> server_names(Context& context);

// Parts of an error message, sanitised.
void print_reason(std::string_view reason);
void print_detail(std::string_view label, std::string_view text);
// What a workload wrote, indented below "the last lines were:".
void print_last_lines(std::span<const std::string> lines);

void print(std::string_view text);  // to stdout

}  // namespace mcpctl::ctl
