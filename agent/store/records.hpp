// Changes to rows, and rows to the stored state.
#pragma once

#include <vector>

#include "agent/core/store.hpp"
#include "agent/store/sqlite.hpp"

namespace mcpctl {

// Makes one change inside the transaction that is open. Throws sqlite::Failure.
void apply(sqlite::Connection& connection, const Change& change);

// The same for an audit record; gives it back with its number. A transaction that is rolled back takes the number back
// too, so none is left out.
[[nodiscard]] AuditRecord put_in_outbox(sqlite::Connection& connection, AuditRecord record);

// True where applying it makes the database no larger, but for the record of it.
[[nodiscard]] bool only_removes(const Changes& changes);

// Rows that cannot be read are reported in the log and left where they are.
[[nodiscard]] StoredState read_state(sqlite::Connection& connection);

// After a restore it is not known what was given and revoked since the backup: no number may come again, and no token
// that was revoked may be good again, so all of them go.
void note_restored(sqlite::Connection& connection);

// Takes out the jobs that ended more than ten minutes ago: nobody may ask for them any more.
[[nodiscard]] std::vector<JobId> forget_old_jobs(std::vector<Job>& jobs);

}  // namespace mcpctl
