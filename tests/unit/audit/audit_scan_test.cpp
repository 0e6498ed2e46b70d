// M12: each record is shown once and in order, although delivery is neither, and what is missing is told.
#include "agent/audit/audit_scan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <format>
#include <nlohmann/json.hpp>

#include "agent/audit/audit_page.hpp"
#include "tests/fakes/memory_audit_journal.hpp"

namespace mcpctl::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Json = nlohmann::json;

constexpr WallTime second = 1'000'000;
constexpr WallTime epoch = 1'700'000'000 * second;
constexpr std::uint64_t none_pending = UINT64_MAX;

class AnAuditScan : public testing::Test {
  protected:
    // Each happens a second after the one with the number before it; without a number, at once.
    void add(std::uint64_t seq, const std::function<void(audit::AuditEntry&)>& change = {}) {
        audit::AuditEntry entry;
        entry.record = audit_of(AuditAction::start, Actor{});
        entry.record.seq = seq;
        entry.record.time = epoch + (seq == 0 ? latest_ : seq) * second;
        latest_ = std::max(latest_, seq);
        latest_time_ = std::max(latest_time_, entry.record.time);
        entry.record.name = std::format("i{}", seq);
        entry.actor = "root";
        entry.installation = "me";
        if (change) {
            change(entry);
        }
        journal_.add(std::move(entry));
    }
    Result<LogPage> page(AuditQuery query = {}, std::uint64_t first_pending = none_pending) {
        return audit::read_audit_page(journal_.opener(), query, {"me", first_pending, first_pending, latest_time_});
    }
    // "3" for a record, "5-7" for a gap, "-" for a record without a number.
    static std::vector<std::string> shown(const LogPage& page) {
        std::vector<std::string> all;
        for (const std::string& line : page.lines) {
            const Json object = Json::parse(line);
            if (object["stream"] == "gap") {
                all.push_back(
                    std::format("{}-{}", object["gap"]["first"].get<int>(), object["gap"]["last"].get<int>()));
            } else {
                all.push_back(object["seq"].is_null() ? "-" : std::to_string(object["seq"].get<int>()));
            }
        }
        return all;
    }

    MemoryAuditJournal journal_;
    std::uint64_t latest_ = 0;
    WallTime latest_time_ = 0;
};

TEST_F(AnAuditScan, ShowsEachRecordOnceHoweverOftenItWasSent) {
    for (const std::uint64_t seq : {1, 2, 2, 1, 3, 3}) {
        add(seq);
    }
    EXPECT_THAT(shown(*page()), ElementsAre("1", "2", "3"));
}

TEST_F(AnAuditScan, PutsWhatCameLateInItsPlace) {
    for (const std::uint64_t seq : {1, 4, 3, 2, 5}) {
        add(seq);
    }
    EXPECT_THAT(shown(*page()), ElementsAre("1", "2", "3", "4", "5"));
}

TEST_F(AnAuditScan, TellsWhichNumbersAreMissing) {
    for (const std::uint64_t seq : {1, 5, 6, 8}) {
        add(seq);
    }
    const auto read = page();
    EXPECT_THAT(shown(*read), ElementsAre("1", "2-4", "5", "6", "7-7", "8"));
    const Json gap = Json::parse(read->lines[1]);
    EXPECT_EQ(gap["gap"]["reason"], "missing");
    EXPECT_EQ(gap["gap"]["records"], 3);
    EXPECT_EQ(gap["level"], "warning");
}

TEST_F(AnAuditScan, WaitsForANumberThatMayStillArrive) {
    for (const std::uint64_t seq : {1, 2, 4}) {
        add(seq);
    }
    const auto before = page({}, 3);
    EXPECT_THAT(shown(*before), ElementsAre("1", "2"));
    add(3);
    AuditQuery rest;
    rest.cursor = before->cursor;
    EXPECT_THAT(shown(*page(rest)), ElementsAre("3", "4"));
}

TEST_F(AnAuditScan, GoesOnBehindACursorWithoutRepeatingOrLeavingOut) {
    for (const std::uint64_t seq : {1, 2, 5, 3, 4, 6, 9}) {
        add(seq);
    }
    AuditQuery query;
    query.limit = 1;
    std::vector<std::string> all;
    for (bool more = true; more;) {
        const auto read = page(query);
        ASSERT_TRUE(read);
        for (const std::string& each : shown(*read)) {
            all.push_back(each);
        }
        query.cursor = read->cursor;
        more = read->more;
    }
    EXPECT_THAT(all, ElementsAre("1", "2", "3", "4", "5", "6", "7-8", "9"));
}

TEST_F(AnAuditScan, BeginsAnewWithTheNumbersOfAnotherInstallation) {
    add(7);
    add(8);
    add(1, [](audit::AuditEntry& entry) { entry.installation = "after a purge"; });
    add(2, [](audit::AuditEntry& entry) { entry.installation = "after a purge"; });
    EXPECT_THAT(shown(*page()), ElementsAre("7", "8", "1", "2"));
}

TEST_F(AnAuditScan, ShowsWhatHappenedAfterAnOldCopyOfTheStoreWasPutBack) {
    for (const std::uint64_t seq : {1, 2, 3, 4, 4}) {
        add(seq);
    }
    AuditQuery query;
    query.cursor = page()->cursor;
    for (const std::uint64_t seq : {3, 4, 3, 5}) {
        add(seq, [](audit::AuditEntry& entry) { entry.record.time += 100 * second; });
    }
    EXPECT_THAT(shown(*page()), ElementsAre("1", "2", "3", "4", "3", "4", "5"));
    EXPECT_THAT(shown(*page(query)), ElementsAre("3", "4", "5"));
    query = {};
    query.tail = 2;
    EXPECT_THAT(shown(*page(query)), ElementsAre("4", "5"));
    query.tail = 4;
    EXPECT_THAT(shown(*page(query)), ElementsAre("4", "3", "4", "5"));
}

TEST_F(AnAuditScan, WaitsForNothingOfAnEarlierNumbering) {
    for (const std::uint64_t seq : {1, 2, 7, 9}) {
        add(seq);
    }
    latest_time_ = epoch + 100 * second;
    for (const std::uint64_t seq : {3, 4}) {
        add(seq, [](audit::AuditEntry& entry) { entry.record.time += 100 * second; });
    }
    EXPECT_THAT(shown(*page({}, 5)), ElementsAre("1", "2", "3-6", "7", "8-8", "9", "3", "4"));
}

TEST_F(AnAuditScan, TakesNoRecordOfALaterNumberingForOneThatCameLate) {
    for (const std::uint64_t seq : {1, 4}) {
        add(seq);
    }
    for (const std::uint64_t seq : {2, 3, 4, 5}) {
        add(seq, [](audit::AuditEntry& entry) { entry.record.time += 100 * second; });
    }
    EXPECT_THAT(shown(*page()), ElementsAre("1", "2-3", "4", "2", "3", "4", "5"));
}

TEST_F(AnAuditScan, WaitsForNothingOfAnInstallationThatIsGone) {
    for (const std::uint64_t seq : {1, 2, 5}) {
        add(seq, [](audit::AuditEntry& entry) { entry.installation = "before a purge"; });
    }
    add(1);
    EXPECT_THAT(shown(*page({}, 2)), ElementsAre("1", "2", "3-4", "5", "1"));
}

TEST_F(AnAuditScan, DoesNotPretendToKnowHowManyARestoredStoreHasLost) {
    add(1);
    add(1'000'001, [](audit::AuditEntry& entry) { entry.record.action = AuditAction::restore_store; });
    const auto read = page();
    ASSERT_EQ(read->lines.size(), 3U);
    const Json gap = Json::parse(read->lines[1]);
    EXPECT_EQ(gap["gap"]["reason"], "restored");
    EXPECT_TRUE(gap["gap"]["records"].is_null());
}

TEST_F(AnAuditScan, ShowsCallsThatChangedNothingWhereTheyCame) {
    add(1);
    add(0);
    add(0);
    add(2);
    EXPECT_THAT(shown(*page()), ElementsAre("1", "-", "-", "2"));
}

TEST_F(AnAuditScan, ShowsTheLastRecords) {
    for (const std::uint64_t seq : {1, 2, 3, 3, 4, 2, 5}) {
        add(seq);
    }
    AuditQuery query;
    query.tail = 2;
    EXPECT_THAT(shown(*page(query)), ElementsAre("4", "5"));
    query.tail = 0;
    EXPECT_THAT(shown(*page(query)), IsEmpty());
    query.tail = 100;
    EXPECT_THAT(shown(*page(query)), ElementsAre("1", "2", "3", "4", "5"));
}

TEST_F(AnAuditScan, ShowsTheLastRecordsByNumberAlsoWhereTheyCameLate) {
    for (const std::uint64_t seq : {1, 2, 4, 3}) {
        add(seq);
    }
    AuditQuery query;
    query.tail = 1;
    EXPECT_THAT(shown(*page(query)), ElementsAre("4"));
    query.tail = 2;
    EXPECT_THAT(shown(*page(query)), ElementsAre("3", "4"));
}

// As after a time in which the journal has dropped everything but the last.
TEST_F(AnAuditScan, ShowsWhatCameBehindTheFirstAndBelongsBeforeIt) {
    for (const std::uint64_t seq : {1, 2, 5, 3, 4, 6}) {
        add(seq);
    }
    AuditQuery query;
    query.since = epoch + 3 * second;
    EXPECT_THAT(shown(*page(query)), ElementsAre("3", "4", "5", "6"));
}

TEST_F(AnAuditScan, ShowsTheLastRecordsAcrossNumberings) {
    add(7);
    add(0);
    add(1, [](audit::AuditEntry& entry) { entry.installation = "after a purge"; });
    AuditQuery query;
    query.tail = 2;
    EXPECT_THAT(shown(*page(query)), ElementsAre("-", "1"));
    query.tail = 3;
    EXPECT_THAT(shown(*page(query)), ElementsAre("7", "-", "1"));
}

TEST_F(AnAuditScan, ShowsWhatIsAskedFor) {
    add(1);
    add(2, [](audit::AuditEntry& entry) { entry.actor = "alice"; });
    add(3, [](audit::AuditEntry& entry) { entry.record.action = AuditAction::stop; });
    add(0, [](audit::AuditEntry& entry) {
        entry.record.result = AuditResult::denied;
        entry.record.actor.uid = 1000;
    });
    add(4, [](audit::AuditEntry& entry) { entry.record.instance = "3f2a0000-0000-4000-8000-000000000001"; });
    const auto of = [this](const std::function<void(AuditQuery&)>& ask) {
        AuditQuery query;
        ask(query);
        return shown(*page(query));
    };
    EXPECT_THAT(of([](AuditQuery& q) { q.actor = "alice"; }), ElementsAre("2"));
    EXPECT_THAT(of([](AuditQuery& q) { q.actor = "1000"; }), ElementsAre("-"));
    EXPECT_THAT(of([](AuditQuery& q) { q.action = AuditAction::stop; }), ElementsAre("3"));
    EXPECT_THAT(of([](AuditQuery& q) { q.result = AuditResult::denied; }), ElementsAre("-"));
    EXPECT_THAT(of([](AuditQuery& q) { q.instance = "i1"; }), ElementsAre("1"));
    EXPECT_THAT(of([](AuditQuery& q) { q.instance = "3f2a"; }), ElementsAre("4"));
    EXPECT_THAT(of([](AuditQuery& q) { q.instance = "3f2"; }), IsEmpty());
    EXPECT_THAT(of([](AuditQuery& q) { q.since = epoch + 3 * second; }), ElementsAre("3", "-", "4"));
    EXPECT_THAT(of([](AuditQuery& q) { q.until = epoch + 2 * second; }), ElementsAre("1", "2"));
}

TEST_F(AnAuditScan, RefusesACursorThatIsNone) {
    add(1);
    const std::string good = page()->cursor;
    for (const std::string& bad : {std::string("x"), "1." + good, good + "-0", good.substr(1), std::string(".")}) {
        AuditQuery query;
        query.cursor = bad;
        const auto read = page(query);
        ASSERT_FALSE(read) << bad;
        EXPECT_EQ(read.error().field, "cursor");
    }
}

TEST_F(AnAuditScan, OfAnEmptyJournalIsEmpty) {
    const auto read = page();
    EXPECT_THAT(read->lines, IsEmpty());
    EXPECT_EQ(read->cursor, "");
    EXPECT_FALSE(read->more);
}

}  // namespace
}  // namespace mcpctl::test
