// M06, M07, M08: pages of a log.
#include "agent/logs/log_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/fakes/memory_journal.hpp"

namespace mcpctl::logs {
namespace {

using namespace std::string_literals;
using Json = nlohmann::json;
using test::MemoryJournal;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Page : public ::testing::Test {
  protected:
    Result<LogPage> read(const LogQuery& query, LogOwner owner) {
        return read_page([this](const auto& /*instance*/) { return journal.open(); }, std::move(owner), query);
    }
    LogPage read(const LogQuery& query) {
        auto page = read(query, {instance, "profile", "server"});
        EXPECT_TRUE(page) << page.error().reason;
        return page.value_or(LogPage{});
    }
    static std::vector<std::string> messages(const LogPage& page) {
        std::vector<std::string> all;
        for (const std::string& line : page.lines) {
            all.push_back(Json::parse(line)["message"]);
        }
        return all;
    }
    static LogQuery after(const LogPage& page, std::size_t limit = 1000) {
        return {.cursor = page.cursor, .limit = limit};
    }
    static LogQuery last(std::uint64_t count) { return {.tail = count}; }

    InstanceId instance = InstanceId::generate();
    MemoryJournal journal{instance};
};

TEST_F(Page, HasWhatElkAndLokiWant) {
    journal.write("hello");
    const Json line = Json::parse(read(last(50)).lines.at(0));
    EXPECT_EQ(line["timestamp"], "2023-11-14T22:13:21.000000Z");
    EXPECT_EQ(line["level"], "info");
    EXPECT_EQ(line["message"], "hello");
    EXPECT_EQ(line["stream"], "output");
    EXPECT_EQ(line["instance"], instance.text());
    EXPECT_EQ(line["profile"], "profile");
    EXPECT_EQ(line["server"], "server");
    EXPECT_EQ(line["workload"], "mcpctl-" + instance.hex() + "-1.service");
    EXPECT_TRUE(line["cursor"].is_string());
}

TEST_F(Page, AfterPageGivesEveryLineOnceInOrder) {
    journal.write_lines(1, 25);
    LogPage page = read({.limit = 10});
    std::vector<std::string> all = messages(page);
    while (page.more) {
        page = read(after(page, 10));
        const auto some = messages(page);
        all.insert(all.end(), some.begin(), some.end());
    }
    ASSERT_THAT(all, SizeIs(25));
    for (int i = 0; i < 25; ++i) {
        EXPECT_EQ(all[std::size_t(i)], std::format("line {}", i + 1));
    }
    // Nothing is skipped of what comes later.
    EXPECT_THAT(messages(read(after(page))), IsEmpty());
    journal.write("later");
    EXPECT_THAT(messages(read(after(page))), ElementsAre("later"));
}

TEST_F(Page, BackwardsGivesEveryLineOnceToo) {
    journal.write_lines(1, 7);
    LogPage page = read({.backward = true, .limit = 3});
    EXPECT_THAT(messages(page), ElementsAre("line 5", "line 6", "line 7"));
    EXPECT_TRUE(page.more);
    page = read({.cursor = page.cursor, .backward = true, .limit = 3});
    EXPECT_THAT(messages(page), ElementsAre("line 2", "line 3", "line 4"));
    page = read({.cursor = page.cursor, .backward = true, .limit = 3});
    EXPECT_THAT(messages(page), ElementsAre("line 1"));
    EXPECT_FALSE(page.more);
}

TEST_F(Page, ShowsTheLastLinesThatMatch) {
    journal.write_lines(1, 5);
    EXPECT_THAT(messages(read(last(2))), ElementsAre("line 4", "line 5"));
    EXPECT_THAT(messages(read(last(0))), IsEmpty());
    EXPECT_THAT(messages(read(last(9))), SizeIs(5));
    LogQuery query = last(1);
    query.grep = "line 2";
    EXPECT_THAT(messages(read(query)), ElementsAre("line 2"));
    query = last(2);
    query.until = MemoryJournal::epoch + 3 * MemoryJournal::second;
    EXPECT_THAT(messages(read(query)), ElementsAre("line 2", "line 3"));
}

TEST_F(Page, LongTailComesInSeveralPages) {
    journal.write_lines(1, 9);
    LogQuery query = last(5);
    query.limit = 3;
    const LogPage page = read(query);
    EXPECT_THAT(messages(page), ElementsAre("line 5", "line 6", "line 7"));
    EXPECT_TRUE(page.more);
    EXPECT_THAT(messages(read(after(page))), ElementsAre("line 8", "line 9"));
}

TEST_F(Page, KeepsToItsTime) {
    journal.write_lines(1, 5);
    const auto at = [](int line) { return MemoryJournal::epoch + WallTime(line) * MemoryJournal::second; };
    EXPECT_THAT(messages(read({.since = at(2), .until = at(4)})), ElementsAre("line 2", "line 3", "line 4"));
    EXPECT_THAT(messages(read({.since = at(6)})), IsEmpty());
    EXPECT_THAT(messages(read({.tail = 9, .since = at(4)})), ElementsAre("line 4", "line 5"));
}

TEST_F(Page, FiltersByLevelFromPriorityOrMessage) {
    auto entry = journal.entry("bad");
    entry.priority = 3;
    journal.add(entry);
    journal.write("usual");
    journal.write(R"({"level":"warn","msg":"careful"})");
    LogQuery query;
    query.level = LogLevel::warning;
    EXPECT_THAT(messages(read(query)), ElementsAre("bad", R"({"level":"warn","msg":"careful"})"));
    query.level = LogLevel::error;
    EXPECT_THAT(messages(read(query)), ElementsAre("bad"));
}

TEST_F(Page, FindsTextWithWhatJsonQuotes) {
    journal.write(R"(say "a\b")");
    journal.write("nothing");
    EXPECT_THAT(messages(read({.grep = R"("a\b")"})), SizeIs(1));
    EXPECT_THAT(messages(read({.grep = R"(\")"})), IsEmpty());
}

TEST_F(Page, GoesOnBehindLinesThatDidNotMatch) {
    journal.write_lines(1, 5);
    LogPage page = read({.grep = "no such text"});
    EXPECT_THAT(page.lines, IsEmpty());
    EXPECT_FALSE(page.cursor.empty());
    journal.write("later");
    EXPECT_THAT(messages(read(after(page))), ElementsAre("later"));
}

TEST_F(Page, SaysThatItsCursorVanishedAndGoesOnAtTheOldestLine) {
    journal.write_lines(1, 6);
    const LogPage page = read({.limit = 2});
    journal.vacuum(4);
    const LogPage next = read(after(page));
    ASSERT_THAT(next.lines, SizeIs(3));
    const Json gap = Json::parse(next.lines[0]);
    EXPECT_EQ(gap["stream"], "gap");
    EXPECT_EQ(gap["gap"]["reason"], "vanished");
    EXPECT_EQ(gap["gap"]["lines"], nullptr);
    EXPECT_EQ(Json::parse(next.lines[1])["message"], "line 5");
    EXPECT_THAT(messages(read(after(next))), IsEmpty());
}

TEST_F(Page, JoinsALineThatJournaldHasSplit) {
    for (const char* piece : {"one ", "two "}) {
        auto entry = journal.entry(piece);
        entry.continues = true;
        journal.add(entry);
    }
    journal.write("three");
    journal.write("next");
    EXPECT_THAT(messages(read({})), ElementsAre("one two three", "next"));
    EXPECT_THAT(messages(read(last(2))), ElementsAre("one two three", "next"));
    const LogPage page = read({.backward = true, .limit = 1});
    EXPECT_THAT(messages(page), ElementsAre("next"));
    EXPECT_THAT(messages(read({.cursor = page.cursor, .backward = true, .limit = 1})), ElementsAre("one two three"));
}

// F10
TEST_F(Page, CutsAJoinedLineAtAMebibyte) {
    for (int i = 0; i < 215; ++i) {
        auto entry = journal.entry(std::string(48UL * 1024, 'x'));
        entry.continues = i < 214;
        journal.add(entry);
    }
    journal.write("next");
    const auto all = messages(read({}));
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_TRUE(all[0].ends_with("x…[cut]"));
    EXPECT_EQ(all[0].find("…"), 1024UL * 1024);
    EXPECT_EQ(all[1], "next");
}

TEST_F(Page, KeepsLinesOfOtherStreamsApartFromALineInPieces) {
    auto piece = journal.entry("begin ");
    piece.continues = true;
    journal.add(piece);
    auto other = journal.entry("other");
    other.stream = "b";
    journal.add(other);
    journal.write("end");
    EXPECT_THAT(messages(read({})), ElementsAre("other", "begin end"));
}

TEST_F(Page, NeitherRepeatsNorLosesWhenItEndsInsideALineInPieces) {
    auto piece = journal.entry("begin ");
    piece.continues = true;
    journal.add(piece);
    auto other = journal.entry("other");
    other.stream = "b";
    journal.add(other);
    const LogPage page = read({});
    EXPECT_THAT(messages(page), ElementsAre("other", "begin …[cut]"));
    journal.write("end");
    EXPECT_THAT(messages(read(after(page))), ElementsAre("end"));
}

TEST_F(Page, CountsLinesThatJournaldDropped) {
    auto notice = journal.entry("Suppressed 12 messages");
    notice.suppressed = 12;
    journal.add(notice);
    LogQuery query;
    query.level = LogLevel::emergency;
    const Json line = Json::parse(read(query).lines.at(0));
    EXPECT_EQ(line["gap"]["reason"], "suppressed");
    EXPECT_EQ(line["gap"]["lines"], 12);
}

TEST_F(Page, LeavesNothingHarmfulInALine) {
    journal.write("\x1b]52;c;eA==\x07 \x1b[2J \0 \xff \xe2\x80\xae {\"forged\":true}\n\"}"s);
    const LogPage page = read({});
    ASSERT_THAT(page.lines, SizeIs(1));
    for (const char c : page.lines[0]) {
        EXPECT_FALSE(std::uint8_t(c) < 0x20 || c == 0x7f);
    }
    EXPECT_EQ(Json::parse(page.lines[0]).size(), 9U);
}

TEST_F(Page, IsReadableAfterTheInstanceWasRemoved) {
    auto forged = journal.entry("sent to the journal by itself");
    forged.from_output = false;
    forged.profile = "somebody-elses";
    journal.add(forged);
    journal.write("hello");
    const auto page = read({}, {instance, {}, {}});
    ASSERT_TRUE(page);
    EXPECT_EQ(Json::parse(page->lines[0])["profile"], "profile");
    EXPECT_EQ(Json::parse(page->lines[0])["stream"], "journal");
}

TEST_F(Page, IsNotFoundWhereTheJournalKnowsNothing) {
    EXPECT_EQ(read({}, {instance, {}, {}}).error().code, ErrorCode::NotFound);
    EXPECT_THAT(read(last(5)).lines, IsEmpty());
}

}  // namespace
}  // namespace mcpctl::logs
