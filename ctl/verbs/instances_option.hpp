// The instances that a verb works on: by name, those of a profile, or all.
#pragma once

#include <CLI/CLI.hpp>
#include <expected>
#include <string>
#include <vector>

#include "ctl/context.hpp"

namespace mcpctl::ctl {

struct InstancesOption {
    std::vector<std::string> references;
    std::string profile;
    bool all = false;

    // One that was named and nothing else: its reply is an object, where that of others is an array.
    [[nodiscard]] bool names_one() const { return references.size() == 1 && profile.empty() && !all; }
};

void add_instances_option(CLI::App& verb, InstancesOption& option);

// Each once, in the order in which they were named. Where one cannot be found, the exit code of what was said about it:
// nothing is done to the others then. May be empty for a profile and for all, which has been said too.
[[nodiscard]] std::expected<std::vector<InstanceInfo>, ExitCode> chosen_instances(Context& context,
                                                                                  const InstancesOption& option);

// "a, b and c", at most so many of them that a question stays readable.
[[nodiscard]] std::string names_text(const std::vector<InstanceInfo>& instances);

}  // namespace mcpctl::ctl
