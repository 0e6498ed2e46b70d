// An audit trail that says what it was told and asked.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "agent/core/audit_trail.hpp"

namespace mcpctl::test {

class FakeAudit final : public AuditTrail {
  public:
    void add(std::vector<AuditRecord> /*records*/) override {}
    void on_arrived(std::function<void(std::uint64_t seq)> /*arrived*/) override {}
    void resume(std::vector<AuditRecord> /*outbox*/, std::uint64_t /*last*/) override {}
    void tell(AuditRecord record) override { told.push_back(std::move(record)); }
    void flush() override {}
    std::size_t pending() const override { return 0; }
    Task<Result<LogPage>> page(AuditQuery query) override {
        queries.push_back(std::move(query));
        co_return answer;
    }
    // The pipe holds the entries of the answer and ends.
    Task<Result<UniqueFd>> follow(AuditQuery query, Held /*held*/) override {
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
    std::size_t followers() const override { return 0; }
    void on_quiet(std::function<void()> /*quiet*/) override {}

    Result<LogPage> answer = LogPage{};
    std::vector<AuditRecord> told;
    std::vector<AuditQuery> queries;
};

}  // namespace mcpctl::test
