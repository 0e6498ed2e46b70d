// A page of the log of one instance. Reads files: for a worker thread.
#pragma once

#include "agent/core/log_source.hpp"
#include "agent/logs/journal.hpp"

namespace mcpctl::logs {

[[nodiscard]] Result<LogPage> read_page(const OpenJournal& open, LogOwner owner, const LogQuery& query);

// Server and profile as the journal knows them, where the owner does not say. False: it has nothing of the instance.
bool identify(Journal& journal, LogOwner& owner);

// Nothing where the query has none; the error says what is wrong.
[[nodiscard]] Result<std::optional<LogPosition>> cursor_in(const LogQuery& query, const InstanceId& instance);

}  // namespace mcpctl::logs
