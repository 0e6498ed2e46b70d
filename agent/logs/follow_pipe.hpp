// What everybody who hands over a pipe to follow needs.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace mcpctl::logs {

struct FollowPipe {
    UniqueFd reader;
    UniqueFd writer;
};

[[nodiscard]] Result<FollowPipe> make_follow_pipe();

// Counts for as long as it lives.
class Counted {
  public:
    explicit Counted(std::shared_ptr<std::size_t> count) : count_(std::move(count)) { ++*count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --*count_; }

  private:
    std::shared_ptr<std::size_t> count_;  // suspended coroutines may outlive whose count it is
};

}  // namespace mcpctl::logs
