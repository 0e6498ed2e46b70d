#include "agent/audit/audit_json.hpp"

#include <chrono>
#include <format>

#include "agent/audit/audit_text.hpp"
#include "agent/core/enum_names.hpp"
#include "base/sanitiser.hpp"

namespace mcpctl::audit {
namespace {

class Object {
  public:
    Object(std::string& out, WallTime time) : out_(out) {
        const std::chrono::sys_time<std::chrono::microseconds> when{std::chrono::microseconds(time)};
        out_.append(std::format("{{\"timestamp\":\"{:%FT%T}Z\"", when));
    }
    // Nothing is null.
    void text(std::string_view name, std::string_view value) {
        begin(name);
        if (value.empty()) {
            out_.append("null");
            return;
        }
        out_.append("\"");
        append_as_json(out_, value);
        out_.append("\"");
    }
    void number(std::string_view name, std::uint64_t value) { raw(name, std::to_string(value)); }
    void number_unless_0(std::string_view name, std::uint64_t value) {
        raw(name, value == 0 ? "null" : std::to_string(value));
    }
    void raw(std::string_view name, std::string_view json) {
        begin(name);
        out_.append(json);
    }
    void end(const AuditCursor& behind) {
        text("cursor", to_text(behind));
        out_.append("}\n");
    }

  private:
    void begin(std::string_view name) { out_.append(",\"").append(name).append("\":"); }

    std::string& out_;
};

}  // namespace

void append_json(std::string& out, const AuditEntry& entry, const AuditCursor& behind) {
    const AuditRecord& record = entry.record;
    Object object(out, record.time);
    object.text("level", record.result == AuditResult::allowed ? "info" : "warning");
    object.text("message", text_of(record, entry.actor));
    object.text("stream", "audit");
    object.number_unless_0("seq", record.seq);
    object.text("action", spelt(record.action));
    object.text("result", spelt(record.result));
    object.text("error", record.error);
    object.text("actor", entry.actor);
    object.number("uid", record.actor.uid);
    object.text("via", spelt(record.actor.via));
    object.text("token", record.actor.token);
    object.text("instance", record.instance);
    object.text("name", record.name);
    object.text("profile", record.profile);
    object.text("server", record.server);
    object.number_unless_0("job", record.job);
    object.text("session", record.session);
    object.number("count", record.count);
    object.text("reason", record.reason);
    object.end(behind);
}

void append_json(std::string& out, const AuditGap& gap, const AuditCursor& behind) {
    const std::uint64_t count = gap.last - gap.first + 1;
    Object object(out, gap.time);
    object.text("level", "warning");
    object.text("message", gap.uncertain ? std::string("records may be missing: the store was restored from its backup")
                                         : std::format("{} records are missing, of the numbers {} to {}", count,
                                                       gap.first, gap.last));
    object.text("stream", "gap");
    object.raw("gap", std::format(R"({{"reason":"{}","records":{},"first":{},"last":{}}})",
                                  gap.uncertain ? "restored" : "missing",
                                  gap.uncertain ? "null" : std::to_string(count), gap.first, gap.last));
    object.end(behind);
}

}  // namespace mcpctl::audit
