// A machine that tests make up, and the files of tests/fixtures/clients.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "ctl/clients/jsonc.hpp"
#include "ctl/import/plan.hpp"
#include "ctl/import/sources.hpp"

namespace mcpctl::ctl {

struct MadeUpMachine {
    std::map<std::string, std::string> environment;
    std::map<std::string, PathKind> paths;
    std::map<std::string, std::string> texts;

    [[nodiscard]] Machine machine() const {
        const auto found_in = [](const std::map<std::string, std::string>& map, const std::string& key) {
            const auto found = map.find(key);
            return found == map.end() ? std::nullopt : std::optional(found->second);
        };
        return {[this, found_in](const std::string& name) { return found_in(environment, name); },
                [this](const std::string& path) {
                    const auto found = paths.find(path);
                    return found == paths.end() ? PathKind::none : found->second;
                },
                [this, found_in](const std::string& path) { return found_in(texts, path); }, "/home/alice"};
    }
};

inline std::string client_fixture(const std::string& name) {
    std::ifstream file(std::string(MCPCTL_CLIENT_FIXTURES) + "/" + name);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NE(text, "") << name;
    return text;
}

inline Source source_of(const std::string& text, const std::string& path = "/home/alice/shop/.vscode/mcp.json") {
    const auto source =
        parse_jsonc(text, path).and_then([&](const Json& document) { return read_source(document, path); });
    EXPECT_TRUE(source) << (source ? "" : source.error().reason);
    return source.value_or(Source());
}

// An agent without anything.
inline Existing nothing_here() {
    Existing existing;
    existing.server_definition = existing.profile_definition = [](const std::string&) { return std::nullopt; };
    return existing;
}

inline Plan plan_of(const Source& source, const MadeUpMachine& machine, const Answers& answers = {},
                    const Existing& existing = nothing_here(), const Selection& selection = {}) {
    const auto plan = plan_import(source, machine.machine(), existing, answers, selection);
    EXPECT_TRUE(plan) << (plan ? "" : plan.error().reason);
    return plan.value_or(Plan());
}

inline const Planned& planned_as(const Plan& plan, const std::string& name) {
    static const Planned none;
    for (const Planned& planned : plan.servers) {
        if (planned.name == name) {
            return planned;
        }
    }
    ADD_FAILURE() << "nothing is planned for " << name;
    return none;
}

// Without an order of keys.
inline nlohmann::json sorted(const Json& value) {
    return nlohmann::json::parse(value.dump());
}

}  // namespace mcpctl::ctl
