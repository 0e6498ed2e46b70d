// Options that several verbs share.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ctl/context.hpp"

namespace mcpctl::ctl {

// A verb that only groups others, such as "server".
CLI::App& add_group(CLI::App& parent, const std::string& name, const std::string& summary);

CLI::App& add_verb(CLI::App& parent, Context& context, const std::string& name, const std::string& summary,
                   std::string_view examples);
// A verb that does not choose its way to the agent.
CLI::App& add_verb_without_way(CLI::App& parent, const std::string& name, const std::string& summary,
                               std::string_view examples);

// How to reach which agent. Verbs show only the first of those for other machines; all are in 'mcpctl --help'.
void add_connection_option(CLI::App& app, Context& context);
void add_far_options(CLI::App& app, Context& context, const std::string& group_of_the_rest);
void add_output_option(CLI::App& verb, Context& context);

// An option with a fixed set of words for values.
template <class Value>
CLI::Option& add_choice(CLI::App& app, const std::string& name, Value& value,
                        std::vector<std::pair<std::string, Value>> choices, const std::string& description) {
    std::string words;
    for (const auto& choice : choices) {
        words += words.empty() ? choice.first : "|" + choice.first;
    }
    const auto take = [&value, name, words, choices = std::move(choices)](const std::string& word) {
        const auto found = std::ranges::find(choices, word, &std::pair<std::string, Value>::first);
        if (found == choices.end()) {
            throw CLI::ValidationError(name, "'" + word + "' is none of " + words);
        }
        value = found->second;
    };
    return *app.add_option_function<std::string>(name, take, description)->option_text(words);
}

// An option that may be repeated. Each occurrence takes exactly one value, byte for byte: by default CLI11 would take
// "[a,b]" apart and let the option swallow the words that follow it.
CLI::Option& add_repeated(CLI::App& verb, const std::string& name, std::vector<std::string>& values,
                          const std::string& description);

// Runs `run(context, *options)` when the verb was chosen.
template <class Options, class Run>
void act(CLI::App& verb, Context& context, std::shared_ptr<Options> options, Run run) {
    verb.callback([&context, options = std::move(options), run] {
        context.action = [options, run](Context& chosen) { return run(chosen, *options); };
    });
}

// What a removal or stop needs before it is done: --yes, or a yes on the terminal. Done when granted, else the exit
// code to end with.
[[nodiscard]] ExitCode ask_first(bool yes, const std::string& question);

}  // namespace mcpctl::ctl
