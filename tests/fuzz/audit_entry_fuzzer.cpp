// Any text as a cursor of the audit trail, and as what a record repeats: what is taken is what would have been given,
// and no field comes out of another one.
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/audit/audit_cursor.hpp"
#include "agent/audit/audit_fields.hpp"
#include "tests/fuzz/require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mcpctl;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto cursor = audit::parse_audit_cursor(text)) {
        fuzz::require(audit::to_text(*cursor) == text, "one place has one cursor");
    }
    AuditRecord record;
    record.seq = 1;
    record.reason = text;
    const std::string entry = audit::journal_entry_of(record, "actor", "me");
    audit::AuditEntry read;
    std::size_t fields = 0;
    for (std::string_view rest = entry; !rest.empty(); ++fields) {
        const std::size_t end = rest.find('\n');
        fuzz::require(end != std::string_view::npos, "each field ends");
        audit::take_field(read, rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    fuzz::require(fields <= 15 && read.record.seq == 1 && read.actor == "actor" && read.installation == "me",
                  "the fields are those that were written");
    return 0;
}
