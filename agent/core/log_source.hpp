// Port to what workloads have written. Lines leave it as JSON objects, one a line, made harmless (docs/logs.md).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/core/log_query.hpp"
#include "base/async.hpp"
#include "base/unique_fd.hpp"

namespace mcpctl {

struct LogPage {
    std::vector<std::string> lines;  // oldest first
    std::string cursor;              // where the next page in the same direction begins
    bool more = false;               // false: there was nothing else when it was read
};

// What the journal has taken from an instance and what journald has dropped, since this agent was asked for it first;
// anew where nobody asked for ten minutes. A line that is longer than journald's entries counts more than once.
struct LogCounts {
    std::uint64_t entries = 0;
    std::uint64_t suppressed = 0;

    friend bool operator==(const LogCounts&, const LogCounts&) = default;
};

// What is to live as long as a follower reads, such as its place in a quota.
using Held = std::shared_ptr<const void>;

class LogSource {
  public:
    virtual ~LogSource() = default;

    // NotFound where nothing was ever written by an instance of this id; InvalidArgument for a bad cursor.
    virtual Task<Result<LogPage>> page(LogOwner owner, LogQuery query) = 0;
    // The reading end of a pipe on which lines arrive as they are written, those that the query asks for first. It ends
    // when the instance is removed and everything was delivered. LimitsExceeded where too many follow already.
    virtual Task<Result<UniqueFd>> follow(LogOwner owner, LogQuery query, Held held) = 0;
    // At most a second old.
    virtual Task<LogCounts> count(InstanceId instance) = 0;
    // The instance writes no more: its followers get what is left, and the end.
    virtual void finish(const InstanceId& instance) = 0;
    [[nodiscard]] virtual std::size_t followers() const = 0;
    // `ended` is called when a follower has gone. Set once.
    virtual void on_follower_ended(std::function<void()> ended) = 0;
};

}  // namespace mcpctl
