#include "ctl/completion/completer.hpp"

#include <algorithm>
#include <format>
#include <ranges>
#include <utility>

#include "ctl/command_line.hpp"
#include "ctl/output/visible_text.hpp"

namespace mcpctl::ctl {
namespace {

bool is_repeatable(const CLI::Option& option) {
    return option.get_items_expected_max() > 1 || option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
}

std::vector<const CLI::Option*> options_of(const CLI::App& verb, bool operands) {
    return verb.get_options([operands](const CLI::Option* option) {
        return !option->get_group().empty() && option->nonpositional() != operands;
    });
}

std::vector<Candidate> option_names(const Place& place) {
    std::vector<Candidate> names;
    for (const CLI::Option* option : options_of(*place.verb, false)) {
        const bool given =
            std::ranges::contains(place.given, option, &std::pair<const CLI::Option*, std::string>::first);
        if (given && !is_repeatable(*option)) {
            continue;
        }
        for (const std::string& name : option->get_lnames()) {
            names.push_back({"--" + name, option->get_description()});
        }
        for (const std::string& name : option->get_snames()) {
            names.push_back({"-" + name, option->get_description(), !option->get_lnames().empty()});
        }
    }
    return names;
}

ShellWords shell_words_for(ValueKind kind) {
    switch (kind) {
        case ValueKind::file:
            return ShellWords::files;
        case ValueKind::directory:
            return ShellWords::directories;
        case ValueKind::user:
            return ShellWords::users;
        case ValueKind::anything:
        case ValueKind::words:
        case ValueKind::instance:
        case ValueKind::profile:
        case ValueKind::server:
        case ValueKind::secret:
        case ValueKind::token:
        case ValueKind::session:
            break;
    }
    return ShellWords::none;
}

std::vector<Candidate> known_values(const ValueType& type, const Place& place, const LiveNames& live_names) {
    switch (type.kind) {
        case ValueKind::words: {
            std::vector<Candidate> words;
            for (const std::string& word : type.words) {
                words.push_back({word, ""});
            }
            return words;
        }
        case ValueKind::instance:
        case ValueKind::profile:
        case ValueKind::server:
        case ValueKind::secret:
        case ValueKind::token:
        case ValueKind::session:
            return live_names(type.kind, place.operands);
        case ValueKind::anything:
        case ValueKind::file:
        case ValueKind::directory:
        case ValueKind::user:
            break;
    }
    return {};
}

// Leaves what begins with `typed`, and what is no last resort if there is any.
void keep_begun(std::vector<Candidate>& candidates, std::string_view typed) {
    std::erase_if(candidates, [&](const Candidate& candidate) { return !candidate.text.starts_with(typed); });
    if (!std::ranges::all_of(candidates, &Candidate::last_resort)) {
        std::erase_if(candidates, &Candidate::last_resort);
    }
}

void leave_out(std::vector<Candidate>& candidates, const std::vector<std::string>& words) {
    std::erase_if(candidates, [&](const Candidate& candidate) { return std::ranges::contains(words, candidate.text); });
}

Completion values_of(const CLI::Option& option, const Place& place, const LiveNames& live_names) {
    Completion completion;
    const ValueType type = type_of(option, *place.verb).value_or(ValueType());
    completion.shell_words = shell_words_for(type.kind);
    completion.candidates = known_values(type, place, live_names);
    std::string before;  // "view," of "view,lo"
    std::string_view typed = place.word;
    if (const std::size_t comma = typed.rfind(','); type.list && comma != std::string_view::npos) {
        before = typed.substr(0, comma + 1);
        typed.remove_prefix(comma + 1);
        for (const auto part : std::views::split(before, ',')) {
            leave_out(completion.candidates, {std::string(std::string_view(part))});
        }
    }
    completion.open = type.list;
    keep_begun(completion.candidates, typed);
    for (Candidate& candidate : completion.candidates) {
        candidate.text = place.prefix + before + candidate.text;
    }
    return completion;
}

// The operand that the next word is; nullptr where there is none.
const CLI::Option* next_operand(const Place& place) {
    const auto operands = options_of(*place.verb, true);
    if (place.operands.size() < operands.size()) {
        return operands[place.operands.size()];
    }
    return !operands.empty() && is_repeatable(*operands.back()) ? operands.back() : nullptr;
}

Completion words_of(const Place& place, const LiveNames& live_names) {
    Completion completion;
    const CLI::Option* operand = next_operand(place);
    if (operand != nullptr) {
        completion = values_of(*operand, place, live_names);
        leave_out(completion.candidates, place.operands);
    }
    std::vector<Candidate> verbs;
    if (place.operands.empty()) {
        for (const CLI::App* verb : shown_verbs(*place.verb)) {
            verbs.push_back({verb->get_name(), verb->get_description()});
        }
    }
    if (operand == nullptr && verbs.empty()) {
        verbs = option_names(place);
    }
    keep_begun(verbs, place.word);
    completion.candidates.insert(completion.candidates.end(), verbs.begin(), verbs.end());
    return completion;
}

std::string_view name_of(ShellWords words) {
    switch (words) {
        case ShellWords::none:
            return "none";
        case ShellWords::files:
            return "files";
        case ShellWords::directories:
            return "directories";
        case ShellWords::users:
            return "users";
        case ShellWords::commands:
            return "commands";
    }
    return "none";
}

}  // namespace

Completion complete(const Place& place, const LiveNames& live_names) {
    if (place.behind_dashes) {
        return {{}, *place.behind_dashes == 0 ? ShellWords::commands : ShellWords::files};
    }
    if (place.awaiting != nullptr) {
        return values_of(*place.awaiting, place, live_names);
    }
    if (place.word.starts_with('-')) {
        Completion completion{option_names(place)};
        keep_begun(completion.candidates, place.word);
        return completion;
    }
    return words_of(place, live_names);
}

std::string lines_of(const Completion& completion) {
    std::string lines = std::format(":{}{}\n", name_of(completion.shell_words), completion.open ? " open" : "");
    for (const Candidate& candidate : completion.candidates) {
        lines += std::format("{}\t{}\n", candidate.text, visible_text(candidate.description));
    }
    return lines;
}

}  // namespace mcpctl::ctl
