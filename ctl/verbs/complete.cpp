// The hidden verb behind the completions of bash, zsh and fish: mcpctl __complete -- WORD…, where the cursor is at the
// end of the last word. Says nothing of what goes wrong: nobody wants to read that on a line that he is typing.
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/unique_fd.hpp"
#include "ctl/command_line.hpp"
#include "ctl/completion/completer.hpp"
#include "ctl/completion/live_names.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

// Somebody waits for the answer with his hands on the keys.
constexpr time_t patience_seconds = 1;

UniqueFd alarm_clock() {
    UniqueFd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    const itimerspec once{{}, {patience_seconds, 0}};
    if (timer.get() >= 0) {
        ::timerfd_settime(timer.get(), 0, &once, nullptr);
    }
    return timer;
}

// Whoever is asked for a password, or told why there are no names, loses the line that he is typing.
void be_quiet() {
    if (std::freopen("/dev/null", "re", stdin) == nullptr || std::freopen("/dev/null", "we", stderr) == nullptr) {
        ::close(STDIN_FILENO);
        ::close(STDERR_FILENO);
    }
}

// The names come from where the command would go. False where nobody can tell where that is.
bool take_way(const Place& place, Context& context) {
    CLI::App way;
    way.set_help_flag();
    add_connection_option(way, context);
    add_far_options(way, context, "");
    std::vector<std::string> words;
    for (const auto& [option, value] : place.given) {
        const auto& names = option->get_lnames();
        if (!names.empty() && way.get_option_no_throw("--" + names.front()) != nullptr) {
            words.push_back("--" + names.front() + (takes_value(*option) ? "=" + value : ""));
        }
    }
    std::ranges::reverse(words);
    try {
        way.parse(std::move(words));
        return true;
    } catch (const CLI::ParseError&) {
        return false;
    }
}

ExitCode complete_line(Context& context) {
    be_quiet();
    Context asked;
    CLI::App root;
    describe(root, asked);
    const Place place = place_in(root, context.command);
    const bool reachable = take_way(place, asked);
    const UniqueFd timer = alarm_clock();
    asked.agent().watch_interrupt(timer.get());
    print(lines_of(complete(place, [&](ValueKind kind, const std::vector<std::string>& operands) {
        return reachable ? live_names(asked, kind, operands) : std::vector<Candidate>();
    })));
    return ExitCode::done;
}

}  // namespace

void add_complete(CLI::App& parent, Context& context) {
    CLI::App& verb = *parent.add_subcommand("__complete", "For the completions of shells")->group("");
    verb.callback([&context] {
        context.takes_command = true;
        context.action = complete_line;
    });
}

}  // namespace mcpctl::ctl
