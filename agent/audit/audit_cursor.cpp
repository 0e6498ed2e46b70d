#include "agent/audit/audit_cursor.hpp"

#include <charconv>
#include <format>

namespace mcpctl::audit {
namespace {

constexpr char separator = '.';
// The trail is of no instance.
const InstanceId nobody{};

}  // namespace

std::string to_text(const AuditCursor& cursor) {
    return std::format("{:x}{}{}", cursor.seq, separator, logs::cursor_of(nobody, cursor.position));
}

// What is not exactly as it would be written is none.
Result<AuditCursor> parse_audit_cursor(std::string_view text) {
    AuditCursor cursor;
    const std::size_t end = text.find(separator);
    if (end != std::string_view::npos) {
        const std::string_view number = text.substr(0, end);
        std::from_chars(number.data(), number.data() + number.size(), cursor.seq, 16);
        if (const auto position = logs::parse_cursor(text.substr(end + 1), nobody)) {
            cursor.position = *position;
        }
    }
    if (to_text(cursor) != text) {
        return fail(ErrorCode::InvalidArgument, "this is no cursor of the audit trail", "cursor",
                    "pass on a cursor as it came");
    }
    return cursor;
}

}  // namespace mcpctl::audit
