#include "agent/docker/container_name.hpp"

#include <charconv>
#include <format>

#include "agent/core/session.hpp"

namespace mcpctl::docker {
namespace {

constexpr std::string_view prefix = "mcpctl-";
constexpr const char* installation = "org.mcpctl.installation";
constexpr const char* managed = "org.mcpctl.managed";
constexpr const char* instance = "org.mcpctl.instance";
constexpr const char* generation = "org.mcpctl.generation";
constexpr const char* process = "org.mcpctl.process";
constexpr const char* profile_label = "org.mcpctl.profile";

std::string_view value_of(const Labels& labels, const std::string& name) {
    const auto found = labels.find(name);
    return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<std::uint64_t> number_in(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}  // namespace

std::string container_name(const WorkloadRef& workload) {
    const std::string end = workload.process == 0 ? std::string() : "-" + process_text(workload.process);
    return std::format("{}{}-{}{}", prefix, workload.instance.hex(), workload.generation, end);
}

Labels container_labels(const WorkloadRef& workload, const std::string& installation_id, const std::string& profile) {
    Labels labels{{managed, "true"},
                  {installation, installation_id},
                  {instance, workload.instance.text()},
                  {generation, std::to_string(workload.generation)},
                  {profile_label, profile}};
    if (workload.process != 0) {
        labels.emplace(process, process_text(workload.process));
    }
    return labels;
}

std::optional<WorkloadRef> workload_of(std::string_view name, const Labels& labels,
                                       const std::string& installation_id) {
    if (name.starts_with('/')) {
        name.remove_prefix(1);
    }
    const auto id = InstanceId::parse(value_of(labels, instance));
    const auto number = number_in(value_of(labels, generation));
    if (value_of(labels, managed) != "true" || value_of(labels, installation) != installation_id || !id || !number) {
        return std::nullopt;
    }
    WorkloadRef workload{*id, *number, 0};
    if (labels.contains(process)) {
        const auto parsed = parse_process(value_of(labels, process));
        if (!parsed) {
            return std::nullopt;
        }
        workload.process = *parsed;
    }
    return container_name(workload) == name ? std::optional(workload) : std::nullopt;
}

bool is_our_name(std::string_view name) {
    if (name.starts_with('/')) {
        name.remove_prefix(1);
    }
    constexpr std::size_t hex_length = 32;
    return name.starts_with(prefix) && name.size() > prefix.size() + hex_length &&
           name[prefix.size() + hex_length] == '-' &&
           InstanceId::parse(name.substr(prefix.size(), hex_length)).has_value();
}

}  // namespace mcpctl::docker
