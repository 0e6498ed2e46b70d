// M12, M17: a record as a journal entry, in which nothing from outside can pretend to be a field.
#include "agent/audit/audit_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "agent/audit/audit_text.hpp"
#include "agent/core/enum_names.hpp"

namespace mcpctl::audit {
namespace {

using testing::HasSubstr;

AuditRecord full() {
    AuditRecord record;
    record.seq = 12;
    record.time = 1'700'000'000'000'000;
    record.action = AuditAction::close_session;
    record.actor = {1000, AuditVia::bus};
    record.instance = "3f2a0000-0000-4000-8000-000000000001";
    record.name = "files";
    record.profile = "p";
    record.server = "s";
    record.job = 3;
    record.session = "00000000000000ff";
    record.reason = "because";
    return record;
}

AuditEntry read_back(const std::string& entry) {
    AuditEntry read;
    std::istringstream lines(entry);
    for (std::string line; std::getline(lines, line);) {
        take_field(read, line);
    }
    return read;
}

TEST(AnAuditEntry, IsReadAsItWasWritten) {
    const AuditEntry read = read_back(journal_entry_of(full(), "alice", "me"));
    EXPECT_EQ(read.record, full());
    EXPECT_EQ(read.actor, "alice");
    EXPECT_EQ(read.installation, "me");
}

TEST(AnAuditEntry, HasTheFieldsThatAreDocumented) {
    const std::string entry = journal_entry_of(full(), "alice", "me");
    for (const char* line :
         {"MESSAGE=alice: close-session files 00000000000000ff: because\n", "PRIORITY=6\n", "MCPCTL_AUDIT=1\n",
          "MCPCTL_ACTION=close-session\n", "MCPCTL_RESULT=allowed\n", "MCPCTL_ACTOR_UID=1000\n", "MCPCTL_ACTOR=alice\n",
          "MCPCTL_VIA=bus\n", "MCPCTL_JOB=3\n", "MCPCTL_SEQ=12\n", "MCPCTL_COUNT=1\n"}) {
        EXPECT_THAT(entry, HasSubstr(line));
    }
}

TEST(AnAuditEntry, CannotBeGivenFieldsByWhatItRepeats) {
    AuditRecord record = full();
    record.reason = "x\nMCPCTL_ACTOR=root\nMCPCTL_SEQ=1\x1b[31m" + std::string(5000, 'y');
    const std::string entry = journal_entry_of(record, "alice", "me");
    const AuditEntry read = read_back(entry);
    EXPECT_EQ(read.actor, "alice");
    EXPECT_EQ(read.record.seq, 12U);
    EXPECT_LT(read.record.reason.size(), 1100U);
    EXPECT_FALSE(entry.contains('\x1b'));
}

TEST(AnAuditEntry, SaysInWordsWhatHappened) {
    AuditRecord record;
    record.action = AuditAction::start;
    record.profile = "everything";
    EXPECT_EQ(text_of(record, "root"), "root: start everything");
    record.result = AuditResult::denied;
    record.count = 12;
    EXPECT_EQ(text_of(record, "nobody"), "nobody: start everything denied, 12 times");
}

TEST(AnAuditEntry, HasAMessageIdOfItsOwnForEachAction) {
    std::set<std::string_view> ids;
    for (const auto& [action, name] : EnumNames<AuditAction>::table) {
        AuditRecord record;
        record.action = action;
        if (action != AuditAction::read) {
            EXPECT_TRUE(ids.insert(message_id_of(record)).second) << name;
        }
        record.result = AuditResult::refused;
        ids.insert(message_id_of(record));
        record.result = AuditResult::denied;
        ids.insert(message_id_of(record));
    }
    EXPECT_EQ(ids.size(), EnumNames<AuditAction>::table.size() - 1 + 2);
}

}  // namespace
}  // namespace mcpctl::audit
