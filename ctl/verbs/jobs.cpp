#include <nlohmann/json.hpp>

#include "ctl/output/json.hpp"
#include "ctl/output/table.hpp"
#include "ctl/output/time_text.hpp"
#include "ctl/verbs/listing.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"
#include "dbus/errors.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples =
    "  mcpctl jobs\n"
    "  mcpctl jobs -o json\n";

struct Options {};

std::vector<Cell> row_of(const JobInfo& job) {
    const std::string detail = job.error.empty() ? job.progress : dbus::error_from(job.error, job.message).reason;
    return {{std::to_string(job.id)},
            {job.kind},
            {job.instance_id.substr(0, 8)},
            {job.state, Terminal::colour_of_state(job.state)},
            {elapsed(job.created_at, now_microseconds()) + " ago"},
            {detail}};
}

ExitCode jobs(Context& context, const Options&) {
    const Listing<JobInfo> listing{{"JOB", "KIND", "INSTANCE", "STATE", "BEGAN", "STEP"},
                                   row_of,
                                   [](const JobInfo& job) { return std::to_string(job.id); },
                                   "No jobs: none runs, and none ended in the last ten minutes."};
    return print_listing(context, context.agent().jobs(), listing);
}

}  // namespace

void add_jobs(CLI::App& parent, Context& context) {
    CLI::App& verb = add_verb(parent, context, "jobs",
                              "List starts, stops and restarts under way and of the last ten minutes", examples);
    add_output_option(verb, context);
    act(verb, context, std::make_shared<Options>(), jobs);
}

}  // namespace mcpctl::ctl
