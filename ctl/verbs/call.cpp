#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <format>
#include <nlohmann/json.hpp>

#include "ctl/output/json.hpp"
#include "ctl/output/tool_result.hpp"
#include "ctl/suggest.hpp"
#include "ctl/verbs/mcp_verb.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

using mcp::Json;

constexpr std::string_view examples =
    "  mcpctl call everything echo '{\"message\": \"hello\"}'\n"
    "  mcpctl call everything tools/list -o json\n"
    "  mcpctl call everything resources/read '{\"uri\": \"demo://resource/static/document/features.md\"}'\n"
    "  jq -n '{a: 1, b: 2}' | mcpctl call everything get-sum -\n";

struct Options {
    McpTarget target;
    std::string name;
    std::string arguments;
};

// A name with a slash, or ping, is a method; anything else is a tool.
bool is_method(const std::string& name) {
    return name.contains('/') || name == "ping";
}

Result<std::string> read_stdin() {
    std::string text;
    std::string portion(std::size_t{64} * 1024, '\0');
    ssize_t count = 0;
    while ((count = ::read(STDIN_FILENO, portion.data(), portion.size())) > 0) {
        text.append(portion, 0, std::size_t(count));
        if (text.size() > max_message_bytes) {
            return fail(ErrorCode::InvalidArgument, std::format("larger than {} MiB", max_message_bytes >> 20), "JSON");
        }
    }
    return count == 0 ? Result<std::string>(std::move(text))
                      : fail(ErrorCode::InvalidArgument, std::format("stdin: {}", std::strerror(errno)), "JSON");
}

// Null where there are none.
Result<Json> arguments_from(const std::string& word) {
    if (word.empty()) {
        return Json();
    }
    const auto text = word == "-" ? read_stdin() : Result<std::string>(word);
    if (!text) {
        return std::unexpected(text.error());
    }
    Json arguments = Json::parse(*text, nullptr, false);
    if (!arguments.is_object()) {
        return fail(ErrorCode::InvalidArgument, "the arguments are not a JSON object", "JSON", R"(like '{"a": 1}')");
    }
    return arguments;
}

// A server tells an unknown tool in ways of its own, so its list decides.
Result<bool> told_unknown_tool(const Options& options, McpClient& client, const Patience& patience) {
    const auto tools = client.tools(patience);
    if (!tools) {
        return std::unexpected(tools.error());
    }
    std::vector<std::string> names;
    for (const Json& tool : *tools) {
        names.push_back(text_at(tool, "name"));
    }
    if (std::ranges::find(names, options.name) != names.end()) {
        return false;
    }
    print_reason(std::format("{} has no tool {}", options.target.instance, options.name));
    const auto suggestion = nearest(options.name, names);
    print_detail("hint", suggestion ? std::format("did you mean '{}'?", *suggestion)
                                    : std::format("mcpctl tools {}", options.target.instance));
    return true;
}

ExitCode print_error(const std::string& name, const mcp::Message& answer) {
    print_reason(std::format("the server answered with error {}: {}", answer.code, answer.text));
    print_detail("data", answer.data.is_null() ? "" : answer.data.dump(-1, ' ', false, Json::error_handler_t::replace));
    if (name == "ping" && answer.code == mcp::error_code::method_not_found) {
        print_detail("hint", "since protocol version 2026-07-28, server/discover takes its place");
    }
    return ExitCode::failed;
}

void print_result(const Context& context, const Json& result, bool of_tool, bool failed) {
    if (context.format == OutputFormat::json || !of_tool) {
        print(json_text(result));
    } else if (!failed) {
        print(for_stream(STDOUT_FILENO, tool_result_text(result)));
    }
    if (failed) {
        print_reason("the tool failed:");
        std::fputs(for_stream(STDERR_FILENO, tool_result_text(result)).c_str(), stderr);
    }
}

Result<ExitCode> call(const Context& context, const Options& options, const Json& arguments, McpClient& client,
                      const Patience& patience) {
    const bool of_tool = !is_method(options.name);
    const auto answer = of_tool
                            ? client.call_tool(options.name, arguments.is_null() ? Json::object() : arguments, patience)
                            : client.request(options.name, arguments, patience);
    if (!answer) {
        return std::unexpected(answer.error());
    }
    const bool is_error = answer->kind == mcp::Message::Kind::error;
    const bool failed = !is_error && answer->result.is_object() && answer->result.value("isError", Json()) == true;
    if (of_tool && (is_error || failed) && told_unknown_tool(options, client, patience).value_or(false)) {
        return ExitCode::not_found;
    }
    if (is_error) {
        return print_error(options.name, *answer);
    }
    print_result(context, answer->result, of_tool, failed);
    return failed ? ExitCode::failed : ExitCode::done;
}

ExitCode run(Context& context, const Options& options) {
    const auto arguments = arguments_from(options.arguments);
    if (!arguments) {
        return report(context, arguments.error());
    }
    return with_mcp_client(context, options.target, [&](McpClient& client, const Patience& patience) {
        return call(context, options, *arguments, client, patience);
    });
}

}  // namespace

void add_call(CLI::App& parent, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App& verb = add_verb(parent, context, "call", "Call a tool of an instance, or another method", examples);
    add_mcp_options(verb, options->target);
    verb.add_option("NAME", options->name, "A tool, or a method such as tools/list, prompts/get or ping")->required();
    verb.add_option("JSON", options->arguments, "Its arguments, an object; - takes them from stdin");
    add_choice<OutputFormat>(verb, "-o,--output", context.format,
                             {{"text", OutputFormat::table}, {"json", OutputFormat::json}},
                             "Output: text for people, json for the whole result");
    act(verb, context, options, run);
}

}  // namespace mcpctl::ctl
