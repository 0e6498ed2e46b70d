#include "tests/bench/power/workload.hpp"

#include <algorithm>
#include <format>
#include <random>
#include <ranges>

namespace mcpctl::power {
namespace {

constexpr std::uint64_t names = 100;
constexpr std::uint64_t longest_argument = 6000;  // more than a page of the database
constexpr JobId open_jobs = 16;

// Seldom a removal; records of all lengths, each different.
Change server_change(std::mt19937_64& random) {
    std::string name = std::format("s{}", random() % names);
    if (random() % 4 == 0) {
        return RemoveServer{std::move(name)};
    }
    ServerDefinition server;
    server.name = std::move(name);
    std::string argument = std::format("{:016x}", random());
    argument.resize(16 + random() % longest_argument, char('a' + random() % 26));
    server.command = {"node", std::move(argument)};
    return server;
}

template <class Map>
bool holds_exactly(const Map& expected, const auto& records) {
    return expected.size() == records.size() && std::ranges::is_permutation(expected | std::views::values, records);
}

}  // namespace

Changes Workload::batch(JobId number) const {
    std::mt19937_64 random(seed * 0x9e3779b97f4a7c15 + number);
    Job job;
    job.id = number;
    job.instance = InstanceId::parse(std::format("00000000-0000-4000-8000-{:012x}", number)).value();
    Changes changes{job};
    if (number > open_jobs) {
        changes.emplace_back(RemoveJob{number - open_jobs});
    }
    for (auto count = 1 + random() % 3; count > 0; --count) {
        changes.push_back(server_change(random));
    }
    return changes;
}

void Expected::apply(const Change& change) {
    if (const auto* server = std::get_if<ServerDefinition>(&change)) {
        servers_[server->name] = *server;
    } else if (const auto* removed = std::get_if<RemoveServer>(&change)) {
        servers_.erase(removed->name);
    } else if (const auto* job = std::get_if<Job>(&change)) {
        jobs_[job->id] = *job;
    } else if (const auto* forgotten = std::get_if<RemoveJob>(&change)) {
        jobs_.erase(forgotten->id);
    }
}

void Expected::advance_to(JobId number) {
    if (number < number_) {
        *this = Expected(workload_);
    }
    while (number_ < number) {
        for (const Change& change : workload_.batch(++number_)) {
            apply(change);
        }
    }
}

std::string Expected::difference(const StoredState& state) {
    advance_to(state.last_job);
    if (!holds_exactly(servers_, state.servers)) {
        return std::format("after batch {} the servers are not those of the batches so far", state.last_job);
    }
    if (!holds_exactly(jobs_, state.jobs)) {
        return std::format("after batch {} the jobs are not those of the batches so far", state.last_job);
    }
    return {};
}

}  // namespace mcpctl::power
