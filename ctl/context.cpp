#include "ctl/context.hpp"

#include <cstdio>
#include <format>

#include "ctl/bus_client.hpp"
#include "ctl/far/far_client.hpp"
#include "ctl/output/visible_text.hpp"
#include "ctl/suggest.hpp"
#include "dbus/names.hpp"

namespace mcpctl::ctl {
namespace {

template <class Info>
std::vector<std::string> names_in(const Result<std::vector<Info>>& list) {
    std::vector<std::string> names;
    if (list) {
        for (const Info& info : *list) {
            names.push_back(info.name);
        }
    }
    return names;
}

void print_error_line(const std::string& line) {
    std::fputs((line + '\n').c_str(), stderr);
}

}  // namespace

AgentClient& Context::agent() {
    if (!agent_ && is_far()) {
        agent_ = std::make_unique<far::FarClient>(remote);
    } else if (!agent_) {
        agent_ = std::make_unique<BusClient>([this](SteadyClock::time_point deadline, int interrupt_fd) {
            return connect(connection, dbus::socket_path, deadline, interrupt_fd);
        });
    }
    return *agent_;
}

void print(std::string_view text) {
    if (!text.empty()) {  // whose data may be null, which fwrite() must not get
        std::fwrite(text.data(), 1, text.size(), stdout);
    }
}

void print_reason(std::string_view reason) {
    print_error_line(std::format("mcpctl: {}", visible_text(reason)));
}

void print_detail(std::string_view label, std::string_view text) {
    if (!text.empty()) {
        print_error_line(std::format("  {}: {}", label, visible_text(text)));
    }
}

void print_last_lines(std::span<const std::string> lines) {
    if (lines.empty()) {
        return;
    }
    print_error_line("  its last lines:");
    for (const std::string& line : lines) {
        print_error_line("    " + visible_text(line));
    }
}

ExitCode report(Context& context, const Error& error) {
    if (context.agent().was_interrupted()) {
        print_reason("interrupted before the agent had answered");
        return ExitCode::interrupted;
    }
    print_reason(error.reason.empty() ? name_of(error.code) : std::string_view(error.reason));
    print_detail("field", error.field);
    print_detail("hint", error.hint);
    return exit_code_of(error.code);
}

ExitCode report_unknown(Context& context, const Error& error, std::string_view word,
                        const std::function<std::vector<std::string>()>& existing_names) {
    if (error.code != ErrorCode::NotFound) {
        return report(context, error);
    }
    const auto suggestion = nearest(word, existing_names());
    const ExitCode code = report(context, error);
    if (suggestion) {
        print_detail("hint", std::format("did you mean '{}'?", *suggestion));
    }
    return code;
}

std::vector<std::string> instance_names(Context& context) {
    return names_in(context.agent().instances());
}

std::vector<std::string> profile_names(Context& context) {
    return names_in(context.agent().profiles());
}

std::vector<std::string> server_names(Context& context) {
    return names_in(context.agent().servers());
}

}  // namespace mcpctl::ctl
