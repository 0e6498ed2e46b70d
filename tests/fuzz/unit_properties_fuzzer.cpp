// Definitions with any text in every field: refused by validate(), or built into a unit in which argv and environment
// are exact and every other string stays in its line. What validate() refuses must not get past the builder either, in
// so far as it could leave its line.
#include <algorithm>
#include <cstdint>

#include "agent/core/definitions.hpp"
#include "agent/core/ids.hpp"
#include "agent/systemd/unit_properties.hpp"
#include "tests/corpus/unit_invariants.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/structured_input.hpp"

namespace mcpctl::fuzz {
namespace {

Environment environment(StructuredInput& input) {
    Environment env;
    for (std::uint64_t count = input.number() % 8; count > 0; --count) {
        std::string name = input.text();
        env.insert_or_assign(std::move(name), input.text());
    }
    return env;
}

Duration duration(StructuredInput& input) {
    return std::chrono::milliseconds(input.number() % (48ULL * 3600 * 1000));
}

ServerDefinition server(StructuredInput& input) {
    ServerDefinition server;
    server.name = input.text();
    server.description = input.text();
    server.version = input.text();
    server.transport = Transport(input.number() % 3);
    server.command = input.texts();
    server.env = environment(input);
    server.port = std::uint16_t(input.number());
    server.path = input.text();
    return server;
}

ProfileDefinition profile(StructuredInput& input) {
    ProfileDefinition profile;
    profile.name = input.text();
    profile.server = input.text();
    profile.env = environment(input);
    profile.args = input.texts();
    if (input.flag()) {
        profile.limits = {input.number(), double(input.number()) / 1000, input.number()};
    }
    profile.restart = {RestartMode(input.number() % 3), duration(input), duration(input), std::uint32_t(input.number()),
                       duration(input)};
    profile.drain_timeout = duration(input);
    profile.max_drain_timeout = duration(input);
    profile.start_timeout = duration(input);
    profile.standby = std::uint32_t(input.number());
    profile.max_sessions = std::uint32_t(input.number());
    const std::uint64_t network = input.number() % 4;
    profile.sandbox = {network < 3 ? std::optional(Network(network)) : std::nullopt, input.texts(), input.texts(),
                       input.flag()};
    return profile;
}

// Written again here: what the process must see.
std::vector<std::string> expected_argv(const Instance& instance) {
    std::vector<std::string> words = instance.config.server.command;
    words.insert(words.end(), instance.config.profile.args.begin(), instance.config.profile.args.end());
    for (std::string& word : words) {
        if (instance.config.server.transport == Transport::stdio) {
            break;
        }
        for (std::size_t at = 0; (at = word.find("{port}", at)) != std::string::npos;) {
            word.replace(at, 6, std::to_string(instance.port));
        }
    }
    return words;
}

Environment expected_environment(const Instance& instance) {
    Environment env = instance.config.server.env;
    for (const auto& [name, value] : instance.config.profile.env) {
        env[name] = value;
    }
    return env;
}

void try_out(StructuredInput& input) {
    Instance instance;
    instance.id = *InstanceId::parse("0b51b1b9-2f0f-4c3e-8f5d-0123456789ab");
    instance.port = 26270;
    instance.name = input.text();
    instance.config.server = server(input);
    instance.config.profile = profile(input);
    const bool valid = check_name(instance.name, "name").has_value() && validate(instance.config.server).has_value() &&
                       validate(instance.config.profile).has_value() && validate(instance.config).has_value();
    const std::string program = instance.config.argv(instance.port).empty() ? std::string("/usr/bin/true")
                                                                            : instance.config.argv(instance.port)[0];
    const auto properties = systemd::build_unit_properties(
        instance, {"00112233445566778899aabbccddeeff", program.starts_with('/') ? program : "/usr/bin/" + program});
    if (valid) {
        require(properties.has_value(), "what validate() accepts can be built");
        const std::string violation =
            corpus::unit_violation(*properties, expected_argv(instance), expected_environment(instance));
        require(violation.empty(), violation);
    } else if (properties) {
        const std::string violation = corpus::escape_violation(*properties, max_command_bytes + 1024);
        require(violation.empty(), violation);
    }
}

}  // namespace
}  // namespace mcpctl::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    mcpctl::fuzz::StructuredInput input(data, size);
    mcpctl::fuzz::try_out(input);
    return 0;
}
