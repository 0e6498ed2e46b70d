#include "man/verb_page.hpp"

#include <algorithm>
#include <cctype>
#include <format>
#include <map>
#include <ranges>
#include <vector>

#include "ctl/command_line.hpp"
#include "ctl/exit_code.hpp"
#include "man/markup.hpp"

namespace mcpctl::man {
namespace {

// man(1) looks for "name - what it is" on one line.
std::string summary(const CLI::App& verb) {
    std::string text = verb.get_description();
    text.front() = char(std::tolower(static_cast<unsigned char>(text.front())));
    if (text.ends_with('.')) {
        text.pop_back();
    }
    return text;
}

void add_name(Page& page, const CLI::App& verb) {
    page.section("NAME").paragraph(std::format("{} \\- {}", escaped(page_name(verb)), escaped(summary(verb))));
}

// What --help says, line by line.
void add_usage(Page& page, const CLI::App& verb) {
    constexpr std::string_view label = "Usage:";
    const std::string usage = verb.get_formatter()->make_help(&verb, ctl::path_of(verb), CLI::AppFormatMode::Normal);
    const std::size_t begin = usage.find(label);
    const std::string path = ctl::path_of(verb);
    for (const auto part : std::views::split(std::string_view(usage).substr(begin + label.size()), '\n')) {
        std::string_view line(part);
        const std::size_t text = line.find_first_not_of(' ');
        if (text == std::string_view::npos) {
            return;
        }
        line.remove_prefix(text);
        page.next_line(line.starts_with(path) ? bold(path) + escaped(line.substr(path.size())) : escaped(line));
    }
}

std::string value_of(const CLI::Option& option) {
    if (option.get_items_expected_max() == 0) {
        return "";
    }
    return " " + italic(option.get_option_text().empty() ? option.get_type_name() : option.get_option_text());
}

std::string tag_of(const CLI::Option& option) {
    if (!option.nonpositional()) {
        return italic(option.get_name(true));
    }
    std::string names;
    for (const std::string& name : option.get_snames()) {
        names += (names.empty() ? "" : ", ") + bold("-" + name);
    }
    for (const std::string& name : option.get_lnames()) {
        names += (names.empty() ? "" : ", ") + bold("--" + name);
    }
    return names + value_of(option);
}

std::string description_of(const CLI::Option& option) {
    std::string text = option.get_description();
    if (option.get_required() && option.nonpositional()) {
        text += "; required";
    }
    return escaped(text) + ".";
}

// Operands first.
void add_options(Page& page, const CLI::App& verb) {
    const auto shown = [](const CLI::Option* option) { return !option->get_group().empty(); };
    auto options = verb.get_options(shown);
    std::ranges::stable_partition(options, [](const CLI::Option* option) { return !option->nonpositional(); });
    for (const CLI::Option* option : options) {
        page.term(tag_of(*option), description_of(*option));
    }
}

void collect_environment(const CLI::App& verb, std::map<std::string, std::string>& variables) {
    for (const CLI::Option* option : verb.get_options([](const CLI::Option*) { return true; })) {
        if (!option->get_envname().empty()) {
            variables.emplace(option->get_envname(), "--" + option->get_lnames().front());
        }
    }
    for (const CLI::App* inner : ctl::shown_verbs(verb)) {
        collect_environment(*inner, variables);
    }
}

void add_environment(Page& page, const CLI::App& verb) {
    std::map<std::string, std::string> variables;
    collect_environment(verb, variables);
    if (variables.empty()) {
        return;
    }
    page.section("ENVIRONMENT");
    for (const auto& [variable, option] : variables) {
        page.term(bold(variable), std::format("What {} would say, where it is not given.", bold(option)));
    }
}

bool is_heading(std::string_view line) {
    return line.size() > 1 && line.ends_with(':') &&
           std::ranges::all_of(line.substr(0, line.size() - 1),
                               [](unsigned char letter) { return std::isupper(letter) != 0 || letter == ' '; });
}

// The part of --help's last lines below "EXAMPLES:".
std::string examples_of(const CLI::App& verb) {
    std::string examples;
    bool inside = false;
    const std::string footer = verb.get_footer();
    for (const auto part : std::views::split(footer, '\n')) {
        const std::string_view line(part);
        if (is_heading(line)) {
            inside = line == "EXAMPLES:";
        } else if (inside) {
            examples.append(line.starts_with("  ") ? line.substr(2) : line).push_back('\n');
        }
    }
    const std::size_t end = examples.find_last_not_of('\n');
    return end == std::string::npos ? "" : examples.substr(0, end + 1);
}

void add_exit_status(Page& page) {
    page.section("EXIT STATUS");
    for (const auto& [code, meaning] : ctl::exit_codes()) {
        page.term(bold(std::format("{}", int(code))), escaped(meaning) + ".");
    }
}

void add_see_also(Page& page, const std::vector<std::string>& pages) {
    std::string text;
    for (const std::string& name : pages) {
        const std::size_t parenthesis = name.find('(');
        text += (text.empty() ? "" : ", ") + bold(name.substr(0, parenthesis)) + name.substr(parenthesis);
    }
    page.section("SEE ALSO").paragraph(text);
}

// A group: each verb of it with its own usage, options and examples.
void add_inner_verbs(Page& page, const CLI::App& group) {
    page.section("VERBS");
    for (const CLI::App* verb : ctl::shown_verbs(group)) {
        page.subsection(ctl::path_of(*verb));
        add_usage(page, *verb);
        page.paragraph(escaped(verb->get_description()) + ".");
        add_options(page, *verb);
    }
    page.section("EXAMPLES");
    for (const CLI::App* verb : ctl::shown_verbs(group)) {
        page.literal(examples_of(*verb));
    }
}

}  // namespace

std::string page_name(const CLI::App& verb) {
    std::string name = ctl::path_of(verb);
    std::ranges::replace(name, ' ', '-');
    return name;
}

std::string verb_page(const CLI::App& verb, std::string_view prose, const Edition& edition) {
    Page page(page_name(verb), 1, edition);
    add_name(page, verb);
    page.section("SYNOPSIS");
    const bool is_group = !ctl::shown_verbs(verb).empty();
    if (is_group) {
        for (const CLI::App* inner : ctl::shown_verbs(verb)) {
            add_usage(page, *inner);
        }
    } else {
        add_usage(page, verb);
    }
    page.section("DESCRIPTION");
    add_markup(page, prose);
    if (is_group) {
        add_inner_verbs(page, verb);
    } else {
        page.section("OPTIONS");
        add_options(page, verb);
        page.section("EXAMPLES").literal(examples_of(verb));
    }
    add_environment(page, verb);
    add_exit_status(page);
    add_see_also(page, {"mcpctl(1)", "mcpctl-agent(8)", "mcpctl.toml(5)"});
    return page.roff();
}

std::string main_page(const CLI::App& root, std::string_view prose, const Edition& edition) {
    Page page("mcpctl", 1, edition);
    add_name(page, root);
    page.section("SYNOPSIS").paragraph(std::format("{} {}", bold("mcpctl"), escaped("VERB [OPTIONS]")));
    page.section("DESCRIPTION");
    add_markup(page, prose);
    page.section("VERBS");
    std::vector<std::string> others;
    for (const CLI::App* verb : ctl::shown_verbs(root)) {
        page.term(bold(page_name(*verb)) + "(1)", escaped(verb->get_description()) + ".");
    }
    page.section("OPTIONS");
    add_options(page, root);
    page.section("EXAMPLES").literal(examples_of(root));
    add_environment(page, root);
    add_exit_status(page);
    for (const CLI::App* verb : ctl::shown_verbs(root)) {
        others.push_back(page_name(*verb) + "(1)");
    }
    others.insert(others.end(), {"mcpctl.toml(5)", "org.mcpctl.Agent1(5)", "mcpctl-agent(8)", "mcpctl-http-bridge(8)"});
    add_see_also(page, others);
    return page.roff();
}

}  // namespace mcpctl::man
