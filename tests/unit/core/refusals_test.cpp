// M12: calls that were denied are counted, and cost a handful of records however many they are.
#include "agent/core/refusals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mcpctl {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

AuditRecord denied(uid_t uid, AuditAction action = AuditAction::start) {
    AuditRecord record = audit_of_failure(action, {uid, AuditVia::bus}, {ErrorCode::AccessDenied, "no"});
    record.instance = "i";
    return record;
}

class CountedRefusals : public testing::Test {
  protected:
    std::vector<std::uint64_t> counts_at(Clock::duration after) {
        counts_.clear();
        refusals_.deliver(begin_ + after, send_);
        return counts_;
    }
    void note(const AuditRecord& record, Clock::duration after) { refusals_.note(record, begin_ + after); }

    Refusals refusals_;
    Clock::time_point begin_ = Clock::now();
    bool taken_ = true;
    std::vector<std::uint64_t> counts_;
    std::vector<AuditRecord> sent_;
    Refusals::Send send_ = [this](const AuditRecord& record) {
        if (taken_) {
            counts_.push_back(record.count);
            sent_.push_back(record);
        }
        return taken_;
    };
};

TEST_F(CountedRefusals, TellsTheFirstAtOnceAndTheOthersTogether) {
    note(denied(1000), 0s);
    EXPECT_THAT(counts_at(0s), ElementsAre(1));
    for (int i = 0; i < 10'000; ++i) {
        note(denied(1000), 500ms);
    }
    EXPECT_THAT(counts_at(900ms), ElementsAre());
    EXPECT_EQ(refusals_.pending(), 1U);
    EXPECT_THAT(counts_at(1s), ElementsAre(10'000));
    EXPECT_EQ(refusals_.pending(), 0U);
}

TEST_F(CountedRefusals, TellsLessOftenTheLongerTheyGoOn) {
    std::uint64_t told = 0;
    for (auto now = 0s; now < 3600s; ++now) {
        note(denied(1000), now);
        for (const std::uint64_t count : counts_at(now)) {
            told += count;
        }
    }
    EXPECT_LT(sent_.size(), 70U);
    EXPECT_GE(told, 3600U - 60U);
}

TEST_F(CountedRefusals, KeepsUsersAndActionsApart) {
    note(denied(1000), 0s);
    note(denied(1001), 0s);
    note(denied(1000, AuditAction::stop), 0s);
    EXPECT_THAT(counts_at(0s), ElementsAre(1, 1, 1));
}

TEST_F(CountedRefusals, NamesNoInstanceWhereThereWereSeveral) {
    note(denied(1000), 0s);
    AuditRecord other = denied(1000);
    other.instance = "another";
    note(other, 0s);
    EXPECT_THAT(counts_at(0s), ElementsAre(2));
    EXPECT_EQ(sent_.at(0).instance, "");
}

TEST_F(CountedRefusals, TryAgainWhenTheJournalDoesNotTakeThem) {
    note(denied(1000), 0s);
    taken_ = false;
    EXPECT_THAT(counts_at(0s), ElementsAre());
    EXPECT_EQ(refusals_.next(), begin_ + 1s);
    note(denied(1000), 500ms);
    taken_ = true;
    EXPECT_THAT(counts_at(1s), ElementsAre(2));
}

TEST_F(CountedRefusals, AreForgottenWhenTheyAreOver) {
    note(denied(1000), 0s);
    EXPECT_THAT(counts_at(0s), ElementsAre(1));
    EXPECT_THAT(counts_at(1s), ElementsAre());
    EXPECT_EQ(refusals_.next(), std::nullopt);
}

TEST_F(CountedRefusals, AreAllToldAtTheEnd) {
    note(denied(1000), 0s);
    EXPECT_THAT(counts_at(0s), ElementsAre(1));
    note(denied(1000), 100ms);
    refusals_.deliver_all(begin_ + 100ms, send_);
    EXPECT_EQ(sent_.size(), 2U);
    EXPECT_EQ(refusals_.pending(), 0U);
}

TEST_F(CountedRefusals, HaveALimitBeyondWhichTheyAreCountedTogether) {
    for (uid_t user = 0; user < 10'000; ++user) {
        note(denied(user), 0s);
    }
    EXPECT_EQ(refusals_.pending(), Refusals::most_kinds + 1);
    std::uint64_t told = 0;
    for (const std::uint64_t count : counts_at(0s)) {
        told += count;
    }
    EXPECT_EQ(told, 10'000U);
    EXPECT_TRUE(std::ranges::any_of(sent_, [](const AuditRecord& record) {
        return record.actor.uid == Refusals::others && record.instance.empty();
    }));
}

}  // namespace
}  // namespace mcpctl
