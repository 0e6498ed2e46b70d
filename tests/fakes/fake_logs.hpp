// A log source that says what it was asked.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "agent/core/log_source.hpp"

namespace mcpctl::test {

class FakeLogs final : public LogSource {
  public:
    Task<Result<LogPage>> page(LogOwner owner, LogQuery query) override {
        owners.push_back(std::move(owner));
        queries.push_back(std::move(query));
        co_return answer;
    }
    // The pipe holds the lines of the answer and ends.
    Task<Result<UniqueFd>> follow(LogOwner owner, LogQuery query, Held place) override {
        held.push_back(std::move(place));
        owners.push_back(std::move(owner));
        queries.push_back(std::move(query));
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) {
            co_return fail(ErrorCode::Internal, "no pipe");
        }
        UniqueFd reader(ends[0]);
        const UniqueFd writer(ends[1]);
        for (const std::string& line : answer->lines) {
            (void)!::write(writer.get(), (line + '\n').c_str(), line.size() + 1);
        }
        co_return reader;
    }
    Task<LogCounts> count(InstanceId /*instance*/) override { co_return counts; }
    void finish(const InstanceId& instance) override { finished.push_back(instance); }
    std::size_t followers() const override { return 0; }
    void on_follower_ended(std::function<void()> /*ended*/) override {}

    Result<LogPage> answer = LogPage{};
    LogCounts counts;
    std::vector<LogOwner> owners;
    std::vector<Held> held;
    std::vector<LogQuery> queries;
    std::vector<InstanceId> finished;
};

}  // namespace mcpctl::test
