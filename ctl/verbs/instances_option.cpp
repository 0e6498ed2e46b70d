#include "ctl/verbs/instances_option.hpp"

#include <algorithm>
#include <cstdio>
#include <format>

#include "ctl/output/visible_text.hpp"

namespace mcpctl::ctl {
namespace {

using Chosen = std::expected<std::vector<InstanceInfo>, ExitCode>;

constexpr std::size_t most_names = 10;

Chosen named(Context& context, const std::vector<std::string>& references) {
    std::vector<InstanceInfo> instances;
    for (const std::string& reference : references) {
        auto instance = context.agent().find_instance(reference);
        if (!instance) {
            return std::unexpected(
                report_unknown(context, instance.error(), reference, [&] { return instance_names(context); }));
        }
        if (!std::ranges::contains(instances, instance->id, &InstanceInfo::id)) {
            instances.push_back(*std::move(instance));
        }
    }
    return instances;
}

void say_that_there_are_none(const std::string& which) {
    std::fputs(std::format("No instances{}.\n", visible_text(which)).c_str(), stderr);
}

Chosen all(Context& context) {
    auto instances = context.agent().instances();
    if (!instances) {
        return std::unexpected(report(context, instances.error()));
    }
    if (instances->empty()) {
        say_that_there_are_none("");
    }
    return *std::move(instances);
}

// A profile may be gone while its instances run.
Chosen of_profile(Context& context, const std::string& profile) {
    auto instances = context.agent().instances();
    if (!instances) {
        return std::unexpected(report(context, instances.error()));
    }
    std::erase_if(*instances, [&](const InstanceInfo& instance) { return instance.profile != profile; });
    if (instances->empty()) {
        auto names = profile_names(context);
        if (!std::ranges::contains(names, profile)) {
            const Error error{ErrorCode::NotFound,
                              std::format("there is no profile '{}'", profile),
                              {},
                              "mcpctl profile list shows them"};
            return std::unexpected(report_unknown(context, error, profile, [&] { return names; }));
        }
        say_that_there_are_none(" of profile " + profile);
    }
    return *std::move(instances);
}

}  // namespace

void add_instances_option(CLI::App& verb, InstancesOption& option) {
    verb.add_option("INSTANCE", option.references, "Name, id, or a prefix of the id that no other has; several too")
        ->option_text("…");
    verb.add_option("--profile", option.profile, "All instances of this profile")->option_text("PROFILE");
    verb.add_flag("--all", option.all, "All instances");
}

Chosen chosen_instances(Context& context, const InstancesOption& option) {
    const int ways = int(!option.references.empty()) + int(!option.profile.empty()) + int(option.all);
    if (ways != 1) {
        print_reason(ways == 0 ? "say which: INSTANCE, --profile PROFILE or --all"
                               : "INSTANCE, --profile and --all do not go with each other");
        print_detail("hint", "mcpctl list shows the instances");
        return std::unexpected(ExitCode::usage);
    }
    return option.all                   ? all(context)
           : !option.references.empty() ? named(context, option.references)
                                        : of_profile(context, option.profile);
}

std::string names_text(const std::vector<InstanceInfo>& instances) {
    std::string text;
    const std::size_t shown = std::min(instances.size(), most_names);
    for (std::size_t i = 0; i < shown; ++i) {
        const bool last = i + 1 == instances.size();
        text += i == 0 ? "" : last ? " and " : ", ";
        text += instances[i].name;
    }
    return instances.size() > shown ? text + std::format(" and {} more", instances.size() - shown) : text;
}

}  // namespace mcpctl::ctl
