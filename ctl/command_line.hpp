// The command line as one tree: the parser, the completions of shells and the manual pages are all made from it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/context.hpp"

namespace mcpctl::ctl {

// Puts every verb and option into `app`; what is parsed goes to `context`, which must live as long as `app`.
void describe(CLI::App& app, Context& context);

// What mcpctl is, in one sentence.
[[nodiscard]] std::string what_mcpctl_is();

// "mcpctl server add"
[[nodiscard]] std::string path_of(const CLI::App& app);

// The verbs of a group, or of mcpctl itself, that people are told of.
[[nodiscard]] std::vector<const CLI::App*> shown_verbs(const CLI::App& group);

// Also a hidden one; nullptr where there is none.
[[nodiscard]] const CLI::App* verb_named(const CLI::App& group, std::string_view name);

}  // namespace mcpctl::ctl
