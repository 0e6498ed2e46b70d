#include <cstdio>

#include "ctl/interrupt.hpp"
#include "ctl/output/event_printer.hpp"
#include "ctl/output/time_text.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples =
    "  mcpctl events -f\n"
    "  mcpctl events -f -o ndjson | jq 'select(.event == \"instance\" and .object.alert)'\n";

enum class EventFormat : std::uint8_t { text, ndjson };

struct Options {
    bool follow = false;
    EventFormat format = EventFormat::text;
};

// Ctrl+C is how following ends, so that is no failure.
ExitCode events(Context& context, const Options& options) {
    const Interrupt interrupt;
    context.agent().watch_interrupt(interrupt.fd());
    EventPrinter printer(context.out, options.format == EventFormat::ndjson);
    const auto followed = context.agent().follow_events([&](const Event& event) {
        print(printer.print(event, now_microseconds()));
        return std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && options.follow;
    });
    return followed ? ExitCode::done : report(context, followed.error());
}

}  // namespace

void add_events(CLI::App& parent, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App& verb =
        add_verb(parent, context, "events", "Show what there is, and with -f every change of it as it comes", examples);
    verb.add_flag("-f,--follow", options->follow, "Go on with every change, until Ctrl+C");
    add_choice<EventFormat>(verb, "-o,--output", options->format,
                            {{"text", EventFormat::text}, {"ndjson", EventFormat::ndjson}},
                            "Output: text for people, ndjson for an object a line, the first with all there is");
    act(verb, context, options, events);
}

}  // namespace mcpctl::ctl
