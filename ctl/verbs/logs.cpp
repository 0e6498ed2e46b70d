#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <format>

#include "ctl/interrupt.hpp"
#include "ctl/log_follow.hpp"
#include "ctl/log_pages.hpp"
#include "ctl/output/log_printer.hpp"
#include "ctl/output/pager.hpp"
#include "ctl/output/time_text.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples =
    "  mcpctl logs everything\n"
    "  mcpctl logs everything -f --level warning\n"
    "  mcpctl logs everything --since -15m --grep timeout\n"
    "  mcpctl logs everything --tail 200000 -o ndjson | jq -r .message\n"
    "  mcpctl logs bd1ed430-8d3a-451a-826a-5330c63899a3      also after it was removed\n"
    "\n"
    "Times are 2026-11-23T02:04:49Z, -15m for a quarter of an hour ago, or @ and seconds since 1970.\n"
    "Ctrl+C ends it with exit code 130, after what has arrived was printed.\n";

constexpr std::uint64_t usual_tail = 50;
// Between tries to reach an agent that went away.
constexpr std::chrono::milliseconds try_again_after{300};
constexpr int most_tries = 100;

struct Options {
    std::string instance;
    std::optional<std::uint64_t> tail;
    LogOptions query;
    LogFormat format = LogFormat::text;
    bool follow = false;
    bool no_pager = false;
};

// Whose log it is: an instance that exists, or the id of one that does not.
struct Subject {
    std::optional<InstanceInfo> instance;
    std::string id;
};

Result<LogPage> page_of(AgentClient& agent, const Subject& subject, const LogOptions& query) {
    return subject.instance ? agent.logs(*subject.instance, query) : agent.logs_of_removed(subject.id, query);
}

// 36 characters with dashes, or 32: what else is a name or a prefix, which a removed instance does not have any more.
bool looks_like_id(const std::string& reference) {
    return (reference.size() == 36 || reference.size() == 32) &&
           reference.find_first_not_of("0123456789abcdef-") == std::string::npos;
}

Result<Subject> find(AgentClient& agent, const std::string& reference) {
    auto instance = agent.find_instance(reference);
    if (instance) {
        return Subject{*instance, instance->id};
    }
    if (instance.error().code == ErrorCode::NotFound && looks_like_id(reference)) {
        return Subject{std::nullopt, reference};
    }
    if (instance.error().code == ErrorCode::NotFound) {
        instance.error().hint = "logs of a removed instance are found by its id";
    }
    return std::unexpected(std::move(instance.error()));
}

ExitCode print_pages_of(Context& context, const Subject& subject, const LogOptions& query, LogPrinter& printer,
                        std::string_view when_empty = {}) {
    return print_pages(context, query, printer, when_empty,
                       [&](const LogOptions& next) { return page_of(context.agent(), subject, next); });
}

ExitCode show(Context& context, const Subject& subject, const Options& options, int interrupt) {
    context.agent().watch_interrupt(interrupt);
    const Pager pager(!options.no_pager && context.out.interactive);
    LogOptions query = options.query;
    query.tail = options.tail;
    if (query.until.empty()) {
        // Somebody who writes faster than we read must not keep us here.
        query.until = time_option(now_microseconds());
    }
    LogPrinter printer(context.out, options.format);
    print(printer.begin());
    const ExitCode code =
        print_pages_of(context, subject, query, printer, options.format == LogFormat::text ? "No lines.\n" : "");
    if (code != ExitCode::interrupted) {
        print(printer.end());
    }
    return code;
}

// Follows over restarts of the agent, whose pipe ends with it, from the last line that came.
class Following {
  public:
    Following(Context& context, InstanceInfo instance, const Options& options)
        : context_(context),
          instance_(std::move(instance)),
          query_(options.query),
          printer_(context.out, options.format) {
        query_.tail = options.tail;
    }

    ExitCode run(int interrupt) {
        AgentClient& agent = context_.agent();
        agent.watch_interrupt(interrupt);
        for (int tries = 0;; ++tries) {
            const auto pipe = agent.follow_logs(instance_, query_);
            agent.disconnect();  // the agent may go and come again, and we are not what keeps it
            if (!pipe && !may_try_again(pipe.error(), tries)) {
                return pipe.error().code == ErrorCode::NotFound && begun_ ? print_rest() : failed(pipe.error());
            }
            if (pipe) {
                begun_ = true;
                const FollowEnd end = take(pipe->get(), interrupt);
                if (end != FollowEnd::ended) {
                    return end == FollowEnd::interrupted ? interrupted_after(printer_) : ExitCode::done;
                }
                tries = 0;
                go_on_from_beginning_unless_placed();
                const auto still = agent.find_instance(instance_.id);
                if (!still && still.error().code == ErrorCode::NotFound) {
                    return print_rest();
                }
            }
            if (!agent.pause(try_again_after)) {
                return interrupted_after(printer_);
            }
        }
    }

  private:
    FollowEnd take(int pipe, int interrupt) {
        return take_lines(
            pipe, interrupt,
            [this](std::string_view line) {
                print(printer_.print(line));
                last_.assign(line);
            },
            [this] {
                note_place();
                return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
            });
    }

    // Nothing has come yet, so what was written while no agent was there is what comes first.
    void go_on_from_beginning_unless_placed() {
        if (query_.cursor.empty()) {
            query_.tail.reset();
            query_.since = query_.since.empty() ? time_option(began_) : query_.since;
        }
    }

    void note_place() {
        if (std::string cursor = cursor_in(last_); !cursor.empty()) {
            query_.cursor = std::move(cursor);
            query_.tail.reset();
            query_.since.clear();
        }
    }

    [[nodiscard]] bool may_try_again(const Error& error, int tries) const {
        return begun_ && error.code == ErrorCode::Unavailable && tries < most_tries &&
               !context_.agent().was_interrupted();
    }

    ExitCode failed(const Error& error) {
        return context_.agent().was_interrupted() ? interrupted_after(printer_) : report(context_, error);
    }

    // The instance was removed; the agent that told us may have ended before it had delivered everything.
    ExitCode print_rest() {
        LogOptions rest = query_;
        rest.tail = query_.cursor.empty() ? query_.tail : std::nullopt;
        return print_pages_of(context_, {std::nullopt, instance_.id}, rest, printer_);
    }

    Context& context_;
    InstanceInfo instance_;
    LogOptions query_;
    LogPrinter printer_;
    std::string last_;
    std::uint64_t began_ = now_microseconds();
    bool begun_ = false;
};

ExitCode logs(Context& context, Options& options) {
    if (options.follow && (!options.query.until.empty() || options.format == LogFormat::json)) {
        print_reason("--follow has no end: --until and -o json do not go with it");
        print_detail("hint", "for programs: -f -o ndjson");
        return ExitCode::usage;
    }
    if (!options.tail && options.query.since.empty() && options.query.cursor.empty()) {
        options.tail = usual_tail;
    }
    const auto subject = find(context.agent(), options.instance);
    if (!subject) {
        return report_unknown(context, subject.error(), options.instance, [&] { return instance_names(context); });
    }
    const Interrupt interrupt;
    if (options.follow && subject->instance) {
        return Following(context, *subject->instance, options).run(interrupt.fd());
    }
    return show(context, *subject, options, interrupt.fd());
}

}  // namespace

void add_logs(CLI::App& parent, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App& verb = add_verb(parent, context, "logs", "Show what an instance wrote", examples);
    verb.add_option("INSTANCE", options->instance, "Name, id, or a prefix of the id; of a removed one its id")
        ->required();
    verb.add_flag("-f,--follow", options->follow, "Go on with what it writes from now on, until it is removed");
    verb.add_option("-n,--tail", options->tail, "The last N lines (50, or all with --since or --after)")
        ->option_text("N");
    verb.add_option("--since", options->query.since, "Not before this time")->option_text("TIME");
    verb.add_option("--until", options->query.until, "Not after this time")->option_text("TIME");
    verb.add_option("--after", options->query.cursor, "Only what comes behind the line with this cursor")
        ->option_text("CURSOR");
    add_choice<std::string>(verb, "--level", options->query.level,
                            {{"emergency", "emergency"},
                             {"alert", "alert"},
                             {"critical", "critical"},
                             {"error", "error"},
                             {"warning", "warning"},
                             {"notice", "notice"},
                             {"info", "info"},
                             {"debug", "debug"}},
                            "Only lines so severe or more");
    verb.add_option("--grep", options->query.grep, "Only lines that contain this text")->option_text("TEXT");
    add_choice<LogFormat>(verb, "-o,--output", options->format,
                          {{"text", LogFormat::text}, {"json", LogFormat::json}, {"ndjson", LogFormat::ndjson}},
                          "Output: text for people, json for one array, ndjson for an object a line");
    verb.add_flag("--no-pager", options->no_pager, "Do not open a pager on a terminal");
    act(verb, context, options, logs);
}

}  // namespace mcpctl::ctl
