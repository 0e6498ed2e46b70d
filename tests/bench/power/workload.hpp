// What the writer commits and the judge expects: batch after batch, made from a seed alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "agent/core/store.hpp"

namespace mcpctl::power {

struct Workload {
    std::uint64_t seed;

    // Numbers count from 1. Each batch has a job of its number, so that the store's last job tells how far it came.
    [[nodiscard]] Changes batch(JobId number) const;
};

// What is stored after so many batches.
class Expected {
  public:
    explicit Expected(Workload workload) : workload_(workload) {}

    // Where `state` is what is stored after exactly its number of batches, empty; else what is wrong with it.
    [[nodiscard]] std::string difference(const StoredState& state);

  private:
    void advance_to(JobId number);
    void apply(const Change& change);

    Workload workload_;
    JobId number_ = 0;
    std::map<std::string, ServerDefinition> servers_;
    std::map<JobId, Job> jobs_;
};

}  // namespace mcpctl::power
