// M10: how much an instance writes.
#include "agent/logs/log_tally.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/core_under_test.hpp"
#include "tests/fakes/memory_journal.hpp"

namespace mcpctl::logs {
namespace {

using test::MemoryJournal;

class Tally : public ::testing::Test {
  protected:
    void TearDown() override { workers.join(); }

    LogCounts count(LogTally& asked) { return core.run(asked.count(instance)); }
    OpenJournal opener() {
        return [this](const std::optional<InstanceId>& wanted) {
            EXPECT_FALSE(wanted);
            ++opened;
            return journal.open();
        };
    }

    InstanceId instance = InstanceId::generate();
    MemoryJournal journal{instance};
    test::CoreUnderTest core;
    asio::thread_pool workers{1};
    int opened = 0;
    LogTally tally{workers, opener(), {.freshness = Clock::duration::zero()}};
};

TEST_F(Tally, BeginsWhenItIsAskedFirst) {
    journal.write_lines(1, 10);
    EXPECT_EQ(count(tally), LogCounts());
    journal.write_lines(11, 13);
    EXPECT_EQ(count(tally), LogCounts({.entries = 3, .suppressed = 0}));
    EXPECT_EQ(count(tally), LogCounts({.entries = 3, .suppressed = 0}));
    EXPECT_EQ(opened, 1);
}

TEST_F(Tally, CountsWhatJournaldDroppedApart) {
    (void)count(tally);
    journal.write("line 1");
    JournalEntry notice = journal.entry("Suppressed 40 messages");
    notice.suppressed = 40;
    journal.add(notice);
    EXPECT_EQ(count(tally), LogCounts({.entries = 1, .suppressed = 40}));
}

TEST_F(Tally, IsOfTheInstanceAlone) {
    (void)count(tally);
    JournalEntry other = journal.entry("not ours");
    other.unit = std::format("mcpctl-{}-1.service", InstanceId::generate().hex());
    journal.add(other);
    EXPECT_EQ(count(tally), LogCounts());
}

TEST_F(Tally, BeginsAnewWhereNobodyAskedForLong) {
    constexpr auto zero = Clock::duration::zero();
    LogTally forgetful(workers, opener(), {.freshness = zero, .memory = zero});
    EXPECT_EQ(count(forgetful), LogCounts());
    journal.write_lines(1, 3);
    EXPECT_EQ(count(forgetful), LogCounts());
    EXPECT_EQ(opened, 2);
}

TEST_F(Tally, IsReadOnceForAllWhoAskAtATime) {
    LogTally patient(workers, opener(), {.freshness = std::chrono::hours(1)});
    (void)count(patient);
    journal.write_lines(1, 3);
    EXPECT_EQ(count(patient), LogCounts());
    EXPECT_EQ(opened, 1);
}

}  // namespace
}  // namespace mcpctl::logs
