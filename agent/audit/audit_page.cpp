#include "agent/audit/audit_page.hpp"

#include <algorithm>
#include <utility>

#include "agent/audit/audit_scan.hpp"

namespace mcpctl::audit {
namespace {

constexpr auto page_patience = std::chrono::seconds(2);

}  // namespace

Result<std::optional<AuditCursor>> cursor_in(const AuditQuery& query) {
    if (query.cursor.empty()) {
        return std::nullopt;
    }
    return parse_audit_cursor(query.cursor).transform([](const AuditCursor& cursor) { return std::optional(cursor); });
}

Result<LogPage> read_audit_page(const OpenAuditJournal& open, const AuditQuery& query, PendingRecords pending) {
    const auto cursor = cursor_in(query);
    if (!cursor) {
        return std::unexpected(cursor.error());
    }
    AuditScan scan(open(), query);
    if (const auto begun = scan.begin(*cursor); !begun) {
        return std::unexpected(begun.error());
    }
    LogPage page;
    const AuditEnd end = scan.read(
        page.lines, {.records = query.limit, .pending = std::move(pending), .deadline = Clock::now() + page_patience});
    for (std::string& line : page.lines) {
        line.pop_back();
    }
    page.cursor = scan.cursor().transform(to_text).value_or(query.cursor);
    page.more = end == AuditEnd::limit;
    return page;
}

}  // namespace mcpctl::audit
