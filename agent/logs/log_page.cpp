#include "agent/logs/log_page.hpp"

#include <algorithm>
#include <format>

#include "agent/logs/log_scan.hpp"

namespace mcpctl::logs {
namespace {

// So that a page fits a D-Bus message, and comes before its caller gives up.
constexpr std::size_t page_bytes = 8UL * 1024 * 1024;
constexpr auto page_patience = std::chrono::seconds(2);
// The fields of lines that came by an output are journald's own. Where the first so many came otherwise, the log's
// owner stays unknown.
constexpr int entries_to_ask = 1000;

std::string cursor_after(const LogScan& scan, const LogQuery& query, const InstanceId& instance) {
    const auto& place = query.backward ? scan.first() : scan.last();
    return place ? cursor_of(instance, *place) : query.cursor;
}

}  // namespace

bool identify(Journal& journal, LogOwner& owner) {
    journal.seek_begin();
    bool any = false;
    for (int i = 0; i < entries_to_ask && owner.profile.empty() && journal.next(); ++i) {
        any = true;
        if (journal.entry().from_output) {
            owner.profile = journal.entry().profile;
            owner.server = journal.entry().server;
        }
    }
    return any || !owner.profile.empty();
}

Result<std::optional<LogPosition>> cursor_in(const LogQuery& query, const InstanceId& instance) {
    if (query.cursor.empty()) {
        return std::nullopt;
    }
    return parse_cursor(query.cursor, instance).transform([](const LogPosition& position) {
        return std::optional(position);
    });
}

Result<LogPage> read_page(const OpenJournal& open, LogOwner owner, const LogQuery& query) {
    const auto cursor = cursor_in(query, owner.instance);
    if (!cursor) {
        return std::unexpected(cursor.error());
    }
    auto journal = open(owner.instance);
    if (!identify(*journal, owner)) {
        return fail(ErrorCode::NotFound,
                    std::format("the journal has nothing of an instance {}", owner.instance.text()), "instance");
    }
    LogScan scan(std::move(journal), owner, query);
    if (const auto begun = scan.begin(*cursor); !begun) {
        return std::unexpected(begun.error());
    }
    LogBlock block;
    const std::uint64_t most = std::min<std::uint64_t>(query.limit, query.tail.value_or(query.limit));
    const ScanLimits limits{.lines = most,
                            .bytes = page_bytes,
                            .end = query.backward ? *cursor : std::nullopt,
                            .until = query.until,
                            .deadline = Clock::now() + page_patience};
    const ScanEnd end = scan.read(block, limits);
    if (scan.pending_is_overtaken() || (end != ScanEnd::limit && !scan.pending_is_fresh())) {
        scan.flush(block);
    }
    const bool whole_tail = query.tail && block.records.size() >= *query.tail;
    LogPage page;
    page.cursor = cursor_after(scan, query, owner.instance);
    page.more = query.backward ? scan.more_before() : end == ScanEnd::limit && !whole_tail;
    page.lines.reserve(block.records.size());
    for (const LogRecord& record : block.records) {
        page.lines.emplace_back(block.line(record).substr(0, record.length - 1));
    }
    return page;
}

}  // namespace mcpctl::logs
