#include <algorithm>
#include <array>
#include <format>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "ctl/doctor/gather.hpp"
#include "ctl/doctor/judge.hpp"
#include "ctl/far/only_there.hpp"
#include "ctl/output/progress_line.hpp"
#include "ctl/output/visible_text.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/reply.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples =
    "  mcpctl doctor\n"
    "  mcpctl doctor -o json | jq '.[] | select(.severity == \"problem\")'\n"
    "  mcpctl doctor --quiet || echo 'this machine needs a look'\n";

struct Options {};

struct Mark {
    const char* unicode;
    const char* ascii;
    Colour colour;
};

Mark mark_of(Severity severity) {
    switch (severity) {
        case Severity::ok:
            return {"✓", "ok", Colour::green};
        case Severity::note:
            return {"·", "--", Colour::grey};
        case Severity::warning:
            return {"!", "! ", Colour::yellow};
        case Severity::problem:
            break;
    }
    return {"✗", "X ", Colour::red};
}

// Words in lines that fit beside what stands in front of them.
std::string wrapped(const std::string& text, std::size_t indent, const Terminal& terminal) {
    const std::size_t room = terminal.width > indent + 1 ? terminal.width - indent - 1 : 1;
    std::string lines;
    std::size_t taken = 0;
    std::istringstream words(visible_text(text));
    for (std::string word; words >> word;) {
        const std::size_t width = display_width(word);
        if (taken > 0 && taken + 1 + width > room) {
            lines += '\n' + std::string(indent, ' ');
            taken = 0;
        }
        lines += taken == 0 ? word : ' ' + word;
        taken += (taken == 0 ? 0 : 1) + width;
    }
    return lines + '\n';
}

std::string text_of(const Finding& finding, const Terminal& terminal) {
    const Mark mark = mark_of(finding.severity);
    const std::string sign = terminal.paint(terminal.unicode ? mark.unicode : mark.ascii, mark.colour);
    const std::size_t indent = terminal.unicode ? 12 : 13;
    std::string text = std::format("{} {:<9} {}", sign, finding.check, wrapped(finding.what, indent, terminal));
    if (!finding.remedy.empty()) {
        const std::string arrow = terminal.unicode ? "→ " : "-> ";
        text +=
            std::string(indent, ' ') + arrow + wrapped(finding.remedy, indent + (terminal.unicode ? 2 : 3), terminal);
    }
    return text;
}

std::string counted(std::ptrdiff_t count, std::string_view thing) {
    return std::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string summary(const Findings& findings) {
    const auto problems = std::ranges::count(findings, Severity::problem, &Finding::severity);
    const auto warnings = std::ranges::count(findings, Severity::warning, &Finding::severity);
    return problems + warnings == 0
               ? "Nothing is wrong.\n"
               : std::format("{}, {}.\n", counted(problems, "problem"), counted(warnings, "warning"));
}

void print_findings(const Context& context, const Findings& findings) {
    if (context.prints_json()) {
        auto array = nlohmann::ordered_json::array();
        for (const Finding& finding : findings) {
            array.push_back({{"check", finding.check},
                             {"severity", name_of(finding.severity)},
                             {"finding", finding.what},
                             {"remedy", finding.remedy.empty() ? nlohmann::ordered_json()
                                                               : nlohmann::ordered_json(finding.remedy)}});
        }
        print_json(context, array);
        return;
    }
    if (context.format == OutputFormat::name) {
        std::set<std::string_view> told;
        for (const Finding& finding : findings) {
            if (finding.severity == Severity::problem && told.insert(finding.check).second) {
                print(std::format("{}\n", finding.check));
            }
        }
        return;
    }
    for (const Finding& finding : findings) {
        print(text_of(finding, context.out));
    }
    print("\n" + summary(findings));
}

ExitCode doctor(Context& context, const Options&) {
    if (context.is_far()) {
        return report(context, far::only_there(far::OnlyThere::doctor).error());
    }
    ProgressLine line(context.err);
    line.draw("Looking at this machine", std::chrono::milliseconds(0));
    const Findings findings = judge(gather_facts());
    line.clear();
    print_findings(context, findings);
    const bool problem = std::ranges::contains(findings, Severity::problem, &Finding::severity);
    return problem ? ExitCode::failed : ExitCode::done;
}

}  // namespace

void add_doctor(CLI::App& parent, Context& context) {
    CLI::App& verb = add_verb_without_way(
        parent, "doctor", "Say what is wrong with mcpctl on this machine, and what to do (exit code 1: a problem)",
        examples);
    add_output_option(verb, context);
    act(verb, context, std::make_shared<Options>(), doctor);
}

}  // namespace mcpctl::ctl
