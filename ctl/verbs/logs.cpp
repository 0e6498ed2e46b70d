#include <format>

#include "ctl/interrupt.hpp"
#include "ctl/log_following.hpp"
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

ExitCode show(Context& context, const Subject& subject, const Options& options, int interrupt) {
    context.agent().watch_interrupt(interrupt);
    const Pager pager(!options.no_pager && context.out.interactive);
    LogOptions query = options.query;
    query.tail = options.tail;
    if (query.until.empty() && !context.is_far()) {
        // Somebody who writes faster than we read must not keep us here. (Another machine's clock is not ours.)
        query.until = time_option(now_microseconds());
    }
    LogPrinter printer(context.out, options.format);
    print(printer.begin());
    const ExitCode code = print_pages(context, query, printer, options.format == LogFormat::text ? "No lines.\n" : "",
                                      [&](const LogOptions& next) { return page_of(context.agent(), subject, next); });
    if (code != ExitCode::interrupted) {
        print(printer.end());
    }
    return code;
}

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
        LogOptions query = options.query;
        query.tail = options.tail;
        return follow_log(context, *subject->instance, query, options.format, interrupt.fd());
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
