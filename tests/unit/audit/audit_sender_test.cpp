// M12, F9: records arrive in the journal whatever becomes of journald or the agent meanwhile.
#include "agent/audit/audit_sender.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/audit/journal_audit.hpp"
#include "tests/fakes/memory_audit_journal.hpp"

namespace mcpctl::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

AuditRecord record(std::uint64_t seq) {
    AuditRecord made = audit_of(AuditAction::start, Actor{});
    made.seq = seq;
    return made;
}

std::vector<AuditRecord> records(std::uint64_t from, std::uint64_t to) {
    std::vector<AuditRecord> made;
    for (std::uint64_t seq = from; seq <= to; ++seq) {
        made.push_back(record(seq));
    }
    return made;
}

class ATrail : public testing::Test {
  protected:
    void SetUp() override { begin(); }

    void begin() {
        audit_ = std::make_unique<audit::JournalAudit>(loop_.get_executor(), "me", journal_, journal_.opener(),
                                                       audit::SenderPauses{1ms, 4ms});
        audit_->on_arrived([this](std::uint64_t seq) { arrived_.push_back(seq); });
    }
    void run_until(const std::function<bool()>& condition) {
        const auto deadline = Clock::now() + 20s;
        while (!condition()) {
            ASSERT_LT(Clock::now(), deadline) << "the condition never held";
            loop_.restart();
            loop_.run_one_for(50ms);
        }
    }
    void run_until_quiet() {
        run_until([this] { return audit_->pending() == 0; });
    }
    LogPage page(AuditQuery query = {}) {
        std::optional<Result<LogPage>> page;
        asio::co_spawn(loop_, audit_->page(std::move(query)),
                       [&](const std::exception_ptr&, Result<LogPage> read) { page = std::move(read); });
        run_until([&] { return page.has_value(); });
        return page->value();
    }

    asio::io_context loop_{1};
    MemoryAuditJournal journal_;
    std::vector<std::uint64_t> arrived_;
    std::unique_ptr<audit::JournalAudit> audit_;
};

TEST_F(ATrail, SendsRecordsAndForgetsThemWhenTheyWereReadBack) {
    audit_->add(records(1, 3));
    EXPECT_EQ(audit_->pending(), 3U);
    run_until_quiet();
    EXPECT_THAT(journal_.numbers(), ElementsAre(1, 2, 3));
    EXPECT_THAT(arrived_, ElementsAre(3));
}

TEST_F(ATrail, SendsAgainWhatWasDropped) {
    journal_.drop(2);
    audit_->add(records(1, 4));
    run_until_quiet();
    EXPECT_THAT(journal_.numbers(), UnorderedElementsAre(1, 2, 3, 4));
    EXPECT_EQ(arrived_.back(), 4U);
}

TEST_F(ATrail, KeepsRecordsWhileJournaldIsAway) {
    journal_.be_away(true);
    audit_->add(records(1, 2));
    run_until([this] { return journal_.refused() >= 3; });
    EXPECT_EQ(audit_->pending(), 2U);
    EXPECT_TRUE(arrived_.empty());
    journal_.be_away(false);
    audit_->add(records(3, 3));
    run_until_quiet();
    EXPECT_THAT(journal_.numbers(), ElementsAre(1, 2, 3));
}

TEST_F(ATrail, OfTheNextAgentDoesNotSendWhatTheOneBeforeHasSent) {
    audit_->add(records(1, 2));
    run_until_quiet();
    std::vector<AuditRecord> outbox = records(2, 3);
    outbox[0].time = journal_.entries()[1].record.time;
    begin();
    audit_->resume(std::move(outbox), 3);
    run_until_quiet();
    EXPECT_THAT(journal_.numbers(), ElementsAre(1, 2, 3));
}

TEST_F(ATrail, ShowsWhoAsksWhatWasAcknowledgedBefore) {
    audit_->add(records(1, 3));
    EXPECT_EQ(page().lines.size(), 3U);
}

TEST_F(ATrail, TellsRefusedCallsWithoutTheStore) {
    for (int i = 0; i < 1000; ++i) {
        audit_->tell(audit_of_failure(AuditAction::stop, {4242, AuditVia::bus}, {ErrorCode::AccessDenied, "no"}));
    }
    run_until([this] { return journal_.taken() == 1; });
    audit_->tell(audit_of_failure(AuditAction::stop, {4242, AuditVia::bus}, {ErrorCode::AccessDenied, "no"}));
    audit_->flush();
    const auto entries = journal_.entries();
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].record.count, 1000U);
    EXPECT_EQ(entries[0].record.seq, 0U);
    EXPECT_EQ(entries[0].actor, "4242");
    EXPECT_EQ(entries[0].record.result, AuditResult::denied);
    EXPECT_EQ(entries[1].record.count, 1U);
    EXPECT_TRUE(arrived_.empty());
}

}  // namespace
}  // namespace mcpctl::test
