#include "ctl/completion/place.hpp"

#include "ctl/command_line.hpp"

namespace mcpctl::ctl {
namespace {

bool is_option(std::string_view word) {
    return word.size() > 1 && word.front() == '-';
}

const CLI::Option* option_named(const CLI::App& verb, const std::string& name) {
    const CLI::Option* option = verb.get_option_no_throw(name);
    return option != nullptr && option->nonpositional() ? option : nullptr;
}

// "--output=json" and "-ojson" as an option and its value.
struct SplitWord {
    const CLI::Option* option;
    std::string name;                  // with the equals sign, where there is one
    std::optional<std::string> value;  // nothing: it is the next word, if it takes any
};

SplitWord split(const CLI::App& verb, const std::string& word) {
    const bool is_long = word.starts_with("--");
    const std::size_t end = is_long ? word.find('=') : std::size_t{2};
    const CLI::Option* option = option_named(verb, word.substr(0, end));
    if (end >= word.size()) {
        return {option, word, std::nullopt};
    }
    const std::size_t begin = is_long ? end + 1 : end;
    return {option, word.substr(0, begin), word.substr(begin)};
}

void pass_option(Place& place, const std::string& word) {
    const SplitWord parts = split(*place.verb, word);
    if (parts.option == nullptr) {
        return;
    }
    if (takes_value(*parts.option) && !parts.value) {
        place.awaiting = parts.option;
        return;
    }
    place.given.emplace_back(parts.option, parts.value.value_or(""));
}

void pass(Place& place, const std::string& word) {
    if (place.behind_dashes) {
        ++*place.behind_dashes;
    } else if (place.awaiting != nullptr) {
        place.given.emplace_back(std::exchange(place.awaiting, nullptr), word);
    } else if (word == "--") {
        place.behind_dashes = 0;
    } else if (is_option(word)) {
        pass_option(place, word);
    } else if (const CLI::App* verb = verb_named(*place.verb, word); verb != nullptr && place.operands.empty()) {
        place.verb = verb;
    } else {
        place.operands.push_back(word);
    }
}

}  // namespace

bool takes_value(const CLI::Option& option) {
    return option.get_items_expected_max() > 0;
}

Place place_in(const CLI::App& root, std::span<const std::string> words) {
    Place place;
    place.verb = &root;
    if (words.empty()) {
        return place;
    }
    for (const std::string& word : words.first(words.size() - 1)) {
        pass(place, word);
    }
    place.word = words.back();
    if (place.behind_dashes || place.awaiting != nullptr || !is_option(place.word)) {
        return place;
    }
    if (SplitWord parts = split(*place.verb, place.word);
        parts.option != nullptr && parts.value && takes_value(*parts.option)) {
        place.awaiting = parts.option;
        place.prefix = std::move(parts.name);
        place.word = *std::move(parts.value);
    }
    return place;
}

}  // namespace mcpctl::ctl
