#include "tests/corpus/definition_fields.hpp"

#include <algorithm>
#include <array>
#include <format>

namespace mcpctl::corpus {
namespace {

constexpr std::string_view server_template =
    R"({"name":<server.name>,"description":<description>,"version":<version>,"transport":<transport>,)"
    R"("run":{"command":[<command[0]>,"--port={port}",<command[2]>],"image":<image>,"args":[<run.args[0]>]},)"
    R"("port":<port>,"path":<path>,)"
    R"("env":{"KEPT":"a b",<server.env.key>:<server.env.value>},)"
    R"("secrets":[{"name":<secrets[0].name>,"env":<secrets[0].env>}]})";
constexpr std::string_view profile_template =
    R"({"name":<profile.name>,"server":<server.name>,"runtime":<runtime>,"user":<user>,"engine":<engine>,"pull":<pull>,)"
    R"("secrets":[{"name":<profile.secrets[0].name>,"env":<profile.secrets[0].env>}],)"
    R"("env":{<profile.env.key>:<profile.env.value>},"args":["-v",<args[1]>],)"
    R"("limits":{"memory":<memory>,"cpu":<cpu>,"tasks":<tasks>},)"
    R"("restart":{"policy":<policy>,"initialDelay":<initialDelay>,"maxDelay":<maxDelay>,)"
    R"("maxAttempts":<maxAttempts>,"resetAfter":<resetAfter>},)"
    R"("health":{"interval":<interval>,"timeout":<timeout>,"failureThreshold":<failureThreshold>,)"
    R"("unhealthyAfter":<unhealthyAfter>,"onUnhealthy":<onUnhealthy>},)"
    R"("drainTimeout":<drainTimeout>,"maxDrainTimeout":<maxDrainTimeout>,"startTimeout":<startTimeout>,)"
    R"("standby":<standby>,"maxSessions":<maxSessions>,)"
    R"("sandbox":{"network":<network>,"readPaths":["/srv/a",<readPaths[1]>],"writePaths":[<writePaths[0]>],)"
    R"("jit":<jit>},"autostart":<autostart>})";

constexpr std::size_t argument_bytes = 64 << 10;
constexpr std::size_t path_bytes = 4095;

using enum Document;
using enum Rule;
constexpr std::array table{
    Field{server, "name", "<server.name>", R"("s")", name, "name", 63},
    Field{server, "description", "<description>", R"("")", text, "description", 1024},
    Field{server, "version", "<version>", R"("1")", text, "version", 128},
    Field{server, "transport", "<transport>", R"("sse")", word, "transport", 15},
    Field{server, "run.command", "<command[0]>", R"("node")", program, "run.command[0]", path_bytes},
    Field{server, "run.command", "<command[2]>", R"("x")", argument, "run.command[2]", argument_bytes},
    // Without an image there are no arguments for one.
    Field{server, "run.image", "<image>", R"("a/b:1")", image, "run.", 255},
    Field{server, "run.args", "<run.args[0]>", R"("z")", argument, "run.args[0]", argument_bytes},
    Field{server, "port", "<port>", "0", no_text, "port", 0},
    Field{server, "path", "<path>", R"("/mcp")", endpoint_path, "path", 1024},
    Field{server, "env", "<server.env.key>", R"("A")", variable, "env", 255},
    Field{server, "env", "<server.env.value>", R"("1")", argument, "env.A", argument_bytes},
    Field{server, "secrets", "<secrets[0].name>", R"("k")", name, "secrets[0].name", 63},
    Field{server, "secrets", "<secrets[0].env>", R"("SECRET_VARIABLE")", variable, "secrets", 255},
    Field{profile, "name", "<profile.name>", R"("p")", name, "name", 63},
    Field{profile, "server", "<server.name>", R"("s")", name, "server", 63},
    Field{profile, "runtime", "<runtime>", R"("systemd")", word, "runtime", 7},
    Field{profile, "user", "<user>", R"("dynamic")", user, "user", 31},
    // Neither may differ from its default with this runtime.
    Field{profile, "engine", "<engine>", R"("")", word, "engine", 0},
    Field{profile, "pull", "<pull>", R"("missing")", word, "pull", 7},
    Field{profile, "env", "<profile.env.key>", R"("B")", variable, "env", 255},
    Field{profile, "env", "<profile.env.value>", R"("2")", argument, "env.B", argument_bytes},
    Field{profile, "secrets", "<profile.secrets[0].name>", R"("other-k")", name, "secrets[0].name", 63},
    Field{profile, "secrets", "<profile.secrets[0].env>", R"("OTHER_SECRET_VARIABLE")", variable, "secrets", 255},
    Field{profile, "args", "<args[1]>", R"("y")", argument, "args[1]", argument_bytes},
    Field{profile, "limits.memory", "<memory>", R"("512M")", word, "limits.memory", 24},
    Field{profile, "limits.cpu", "<cpu>", "0.5", no_text, "limits.cpu", 0},
    Field{profile, "limits.tasks", "<tasks>", "64", no_text, "limits.tasks", 0},
    Field{profile, "restart.policy", "<policy>", R"("always")", word, "restart.policy", 10},
    Field{profile, "restart.initialDelay", "<initialDelay>", R"("1s")", word, "restart.", 80},
    Field{profile, "restart.maxDelay", "<maxDelay>", R"("60s")", word, "restart.maxDelay", 80},
    Field{profile, "restart.maxAttempts", "<maxAttempts>", "3", no_text, "restart.maxAttempts", 0},
    Field{profile, "restart.resetAfter", "<resetAfter>", R"("60s")", word, "restart.resetAfter", 80},
    Field{profile, "health.interval", "<interval>", R"("10s")", word, "health.interval", 80},
    Field{profile, "health.timeout", "<timeout>", R"("5s")", word, "health.timeout", 80},
    Field{profile, "health.failureThreshold", "<failureThreshold>", "3", no_text, "health.failureThreshold", 0},
    Field{profile, "health.unhealthyAfter", "<unhealthyAfter>", R"("5m")", word, "health.unhealthyAfter", 80},
    Field{profile, "health.onUnhealthy", "<onUnhealthy>", R"("restart")", word, "health.onUnhealthy", 7},
    Field{profile, "drainTimeout", "<drainTimeout>", R"("30s")", word, "drainTimeout", 80},
    // A maxDrainTimeout below drainTimeout is reported as the latter's mistake.
    Field{profile, "maxDrainTimeout", "<maxDrainTimeout>", R"("90s")", word, "", 80},
    Field{profile, "startTimeout", "<startTimeout>", R"("60s")", word, "startTimeout", 80},
    // Neither may differ from its default with a server that speaks HTTP.
    Field{profile, "standby", "<standby>", "1", no_text, "standby", 0},
    Field{profile, "maxSessions", "<maxSessions>", "128", no_text, "maxSessions", 0},
    Field{profile, "sandbox.network", "<network>", R"("full")", word, "sandbox.network", 8},
    Field{profile, "sandbox.readPaths", "<readPaths[1]>", R"("/srv/b")", Rule::path, "sandbox.readPaths[1]",
          path_bytes},
    Field{profile, "sandbox.writePaths", "<writePaths[0]>", R"("/srv/c")", Rule::path, "sandbox.writePaths[0]",
          path_bytes},
    Field{profile, "sandbox.jit", "<jit>", "true", no_text, "sandbox.jit", 0},
    Field{profile, "autostart", "<autostart>", "false", no_text, "autostart", 0},
    Field{start, "name", "<instance.name>", R"("i")", name, "name", 63},
};

std::string filled(std::string_view shape, const Case& test_case) {
    std::string json;
    while (true) {
        const std::size_t begin = shape.find('<');
        json.append(shape.substr(0, begin));
        if (begin == std::string_view::npos) {
            return json;
        }
        const std::size_t end = shape.find('>', begin) + 1;
        const std::string_view marker = shape.substr(begin, end - begin);
        shape.remove_prefix(end);
        if (marker == test_case.field->marker) {
            json.append(json_string(test_case.text));
        } else {
            json.append(std::ranges::find(table, marker, &Field::marker)->plain);
        }
    }
}

// What a marker stands for in this case, without JSON around it.
std::string value_of(std::string_view marker, const Case& test_case) {
    if (marker == test_case.field->marker) {
        return test_case.text;
    }
    const std::string_view plain = std::ranges::find(table, marker, &Field::marker)->plain;
    return std::string(plain.substr(1, plain.size() - 2));
}

std::string with_port(std::string argument) {
    for (std::size_t at = 0; (at = argument.find("{port}", at)) != std::string::npos;) {
        argument.replace(at, 6, std::to_string(case_port));
    }
    return argument;
}

bool needs_escape(char c) {
    return std::uint8_t(c) < 0x20 || c == '"' || c == '\\';
}

}  // namespace

std::span<const Field> fields() {
    return table;
}

std::string json_string(std::string_view text) {
    std::string json = "\"";
    while (!text.empty()) {
        const std::string_view as_it_is =
            text.substr(0, std::size_t(std::ranges::find_if(text, needs_escape) - text.begin()));
        json.append(as_it_is);
        text.remove_prefix(as_it_is.size());
        if (!text.empty()) {
            json.append(std::format("\\u{:04x}", std::uint8_t(text[0])));
            text.remove_prefix(1);
        }
    }
    return json + '"';
}

std::string Case::server_json() const {
    return filled(server_template, *this);
}

std::string Case::profile_json() const {
    return filled(profile_template, *this);
}

std::string Case::instance_name() const {
    return value_of("<instance.name>", *this);
}

std::vector<std::string> Case::argv() const {
    std::vector<std::string> words{value_of("<command[0]>", *this), "--port={port}", value_of("<command[2]>", *this),
                                   "-v", value_of("<args[1]>", *this)};
    for (std::string& word : words) {
        word = with_port(std::move(word));
    }
    return words;
}

Environment Case::environment() const {
    Environment env{{"KEPT", "a b"}};
    env[value_of("<server.env.key>", *this)] = value_of("<server.env.value>", *this);
    env[value_of("<profile.env.key>", *this)] = value_of("<profile.env.value>", *this);
    return env;
}

}  // namespace mcpctl::corpus
