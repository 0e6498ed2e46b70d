// C9: whose word a field of the journal is.
#include "agent/logs/entry_fields.hpp"

#include <gtest/gtest.h>

#include "agent/logs/line_joiner.hpp"

namespace mcpctl::logs {
namespace {

JournalEntry entry_of(std::initializer_list<std::string_view> all) {
    JournalEntry entry;
    EntryFields fields(entry);
    fields.begin();
    for (const std::string_view field : all) {
        fields.take(field);
    }
    fields.settle();
    return entry;
}

TEST(EntryFields, TellAnOutputLineWithItsOrigin) {
    const JournalEntry entry =
        entry_of({"_TRANSPORT=stdout", "PRIORITY=3", "MESSAGE=a=b", "_SYSTEMD_UNIT=x.service", "_STREAM_ID=5",
                  "MCPCTL_PROFILE=p", "MCPCTL_SERVER=s", "_LINE_BREAK=line-max"});
    EXPECT_EQ(entry.message, "a=b");
    EXPECT_EQ(entry.priority, 3);
    EXPECT_EQ(entry.unit, "x.service");
    EXPECT_EQ(entry.stream, "5");
    EXPECT_EQ(entry.profile, "p");
    EXPECT_EQ(entry.server, "s");
    EXPECT_TRUE(entry.from_output);
    EXPECT_TRUE(entry.continues);
    EXPECT_EQ(entry.suppressed, 0U);
}

TEST(EntryFields, BelieveANoticeOfDroppedLinesOnlyOfJournald) {
    const JournalEntry notice = entry_of({"_TRANSPORT=driver", "MESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e",
                                          "N_DROPPED=12", "OBJECT_SYSTEMD_UNIT=x.service", "_SYSTEMD_UNIT=journald"});
    EXPECT_EQ(notice.suppressed, 12U);
    EXPECT_EQ(notice.unit, "x.service");
    const JournalEntry forged =
        entry_of({"_TRANSPORT=journal", "MESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e", "N_DROPPED=12",
                  "OBJECT_SYSTEMD_UNIT=x.service", "_SYSTEMD_UNIT=evil.service"});
    EXPECT_EQ(forged.suppressed, 0U);
    EXPECT_EQ(forged.unit, "evil.service");
}

TEST(EntryFields, TellWhichEntriesEndALine) {
    EXPECT_TRUE(entry_of({"_LINE_BREAK=nul"}).continues);
    EXPECT_FALSE(entry_of({"_LINE_BREAK=eof"}).continues);
    EXPECT_FALSE(entry_of({"_LINE_BREAK=pid-change"}).continues);
}

TEST(EntryFields, BeginAnewWithEachEntry) {
    JournalEntry entry;
    EntryFields fields(entry);
    fields.begin();
    fields.take("_TRANSPORT=stdout");
    fields.take("MESSAGE=first");
    fields.take("PRIORITY=x");
    fields.settle();
    EXPECT_EQ(entry.priority, 6);
    fields.begin();
    fields.take("no field");
    fields.settle();
    EXPECT_EQ(entry.message, "");
    EXPECT_FALSE(entry.from_output);
}

TEST(EntryFields, CutWhatNobodyWouldShow) {
    const std::string field = "MESSAGE=" + std::string(5'000'000, 'x');
    EXPECT_EQ(entry_of({field}).message.size(), longest_line + 1);
}

}  // namespace
}  // namespace mcpctl::logs
