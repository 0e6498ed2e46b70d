#include <chrono>
#include <cstdio>
#include <format>

#include "ctl/interrupt.hpp"
#include "ctl/log_follow.hpp"
#include "ctl/log_pages.hpp"
#include "ctl/output/pager.hpp"
#include "ctl/output/time_text.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples =
    "  mcpctl audit\n"
    "  mcpctl audit --instance everything --since -1h\n"
    "  mcpctl audit --actor alice --action stop\n"
    "  mcpctl audit --result denied\n"
    "  mcpctl audit -f -o ndjson | jq -r .message\n"
    "\n"
    "Times are 2026-11-23T02:04:49Z, -15m for a quarter of an hour ago, or @ and seconds since 1970.\n"
    "Each record is shown once, and numbers that are missing are told.\n";

constexpr std::uint64_t usual_tail = 50;
// Between tries to reach an agent that went away.
constexpr std::chrono::milliseconds try_again_after{300};
constexpr int most_tries = 100;

struct Options {
    AuditOptions query;
    LogFormat format = LogFormat::text;
    bool follow = false;
    bool no_pager = false;
};

ExitCode show(Context& context, const Options& options) {
    const Pager pager(!options.no_pager && context.out.interactive);
    AuditOptions query = options.query;
    if (query.until.empty()) {
        // Whoever acts faster than we read must not keep us here.
        query.until = time_option(now_microseconds());
    }
    LogPrinter printer(context.out, options.format);
    print(printer.begin());
    const std::string_view when_empty = options.format == LogFormat::text ? "No records.\n" : "";
    const ExitCode code = print_pages(context, query, printer, when_empty,
                                      [&context](const AuditOptions& next) { return context.agent().audit(next); });
    if (code != ExitCode::interrupted) {
        print(printer.end());
    }
    return code;
}

// Over restarts of the agent, whose pipe ends with it, from the last record that came.
ExitCode follow(Context& context, const Options& options, int interrupt) {
    AgentClient& agent = context.agent();
    AuditOptions query = options.query;
    LogPrinter printer(context.out, options.format);
    const std::uint64_t began = now_microseconds();
    std::string last;
    const auto take = [&](std::string_view line) {
        print(printer.print(line));
        last.assign(line);
    };
    bool begun = false;
    for (int tries = 0;; ++tries) {
        const auto pipe = agent.follow_audit(query);
        agent.disconnect();  // the agent may go and come again, and we are not what keeps it
        if (agent.was_interrupted()) {
            return interrupted_after(printer);
        }
        if (!pipe && (!begun || pipe.error().code != ErrorCode::Unavailable || tries >= most_tries)) {
            return report(context, pipe.error());
        }
        if (pipe) {
            begun = true;
            tries = 0;
            const FollowEnd end = take_lines(pipe->get(), interrupt, take,
                                             [] { return std::fflush(stdout) == 0 && std::ferror(stdout) == 0; });
            if (end != FollowEnd::ended) {
                return end == FollowEnd::interrupted ? interrupted_after(printer) : ExitCode::done;
            }
            query.tail.reset();
            query.cursor = cursor_in(last);
            query.since = query.cursor.empty() ? time_option(began) : "";
        }
        if (!agent.pause(try_again_after)) {
            return interrupted_after(printer);
        }
    }
}

ExitCode audit(Context& context, Options& options) {
    if (options.follow && (!options.query.until.empty() || options.format == LogFormat::json)) {
        print_reason("--follow has no end: --until and -o json do not go with it");
        print_detail("hint", "for programs: -f -o ndjson");
        return ExitCode::usage;
    }
    if (!options.query.tail && options.query.since.empty() && options.query.cursor.empty()) {
        options.query.tail = usual_tail;
    }
    const Interrupt interrupt;
    context.agent().watch_interrupt(interrupt.fd());
    return options.follow ? follow(context, options, interrupt.fd()) : show(context, options);
}

}  // namespace

void add_audit(CLI::App& parent, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App& verb = add_verb(parent, context, "audit", "Show who did what, and what was denied", examples);
    AuditOptions& query = options->query;
    verb.add_option("--instance", query.instance, "Only of this instance: its name, its id, or a prefix of the id")
        ->option_text("INSTANCE");
    verb.add_option("--actor", query.actor, "Only by this user, by name or number; agent: by itself")
        ->option_text("USER");
    verb.add_option("--action", query.action, "Only this action, for example start")->option_text("ACTION");
    add_choice<std::string>(verb, "--result", query.result,
                            {{"allowed", "allowed"}, {"refused", "refused"}, {"denied", "denied"}},
                            "Only with this result");
    verb.add_option("-n,--tail", query.tail, "The last N records (50, or all with --since or --after)")
        ->option_text("N");
    verb.add_option("--since", query.since, "Not before this time")->option_text("TIME");
    verb.add_option("--until", query.until, "Not after this time")->option_text("TIME");
    verb.add_option("--after", query.cursor, "Only what comes behind the record with this cursor")
        ->option_text("CURSOR");
    verb.add_flag("-f,--follow", options->follow, "Go on with what happens from now on");
    add_choice<LogFormat>(verb, "-o,--output", options->format,
                          {{"text", LogFormat::text}, {"json", LogFormat::json}, {"ndjson", LogFormat::ndjson}},
                          "Output: text for people, json for one array, ndjson for an object a line");
    verb.add_flag("--no-pager", options->no_pager, "Do not open a pager on a terminal");
    act(verb, context, options, audit);
}

}  // namespace mcpctl::ctl
