#include "agent/audit/audit_fields.hpp"

#include <charconv>
#include <format>

#include "agent/audit/audit_text.hpp"
#include "agent/core/enum_names.hpp"
#include "base/sanitiser.hpp"

namespace mcpctl::audit {
namespace {

constexpr std::size_t longest_value = 1024;
constexpr int warning = 4;
constexpr int informational = 6;

class Writer {
  public:
    void add(std::string_view name, std::string_view value) {
        if (!value.empty()) {
            // Sanitised text has no line break, and needs no length before it.
            text_.append(name).append("=").append(sanitised(value, longest_value)).append("\n");
        }
    }
    void add(std::string_view name, std::uint64_t number) { text_.append(std::format("{}={}\n", name, number)); }
    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    std::string text_;
};

template <class Number>
void take_number(Number& into, std::string_view value) {
    std::from_chars(value.data(), value.data() + value.size(), into);
}

template <class E>
void take_choice(E& into, std::string_view value) {
    into = parse_enum<E>(value).value_or(into);
}

using Take = void (*)(AuditEntry& entry, std::string_view value);
struct Field {
    std::string_view name;
    Take take;
};

constexpr std::array fields{
    Field{"MCPCTL_SEQ", [](AuditEntry& e, std::string_view v) { take_number(e.record.seq, v); }},
    Field{"MCPCTL_TIME", [](AuditEntry& e, std::string_view v) { take_number(e.record.time, v); }},
    Field{"MCPCTL_ACTION", [](AuditEntry& e, std::string_view v) { take_choice(e.record.action, v); }},
    Field{"MCPCTL_RESULT", [](AuditEntry& e, std::string_view v) { take_choice(e.record.result, v); }},
    Field{"MCPCTL_ERROR", [](AuditEntry& e, std::string_view v) { e.record.error = v; }},
    Field{"MCPCTL_ACTOR_UID", [](AuditEntry& e, std::string_view v) { take_number(e.record.actor.uid, v); }},
    Field{"MCPCTL_ACTOR", [](AuditEntry& e, std::string_view v) { e.actor = v; }},
    Field{"MCPCTL_VIA", [](AuditEntry& e, std::string_view v) { take_choice(e.record.actor.via, v); }},
    Field{"MCPCTL_TOKEN", [](AuditEntry& e, std::string_view v) { e.record.actor.token = v; }},
    Field{"MCPCTL_INSTANCE", [](AuditEntry& e, std::string_view v) { e.record.instance = v; }},
    Field{"MCPCTL_NAME", [](AuditEntry& e, std::string_view v) { e.record.name = v; }},
    Field{"MCPCTL_PROFILE", [](AuditEntry& e, std::string_view v) { e.record.profile = v; }},
    Field{"MCPCTL_SERVER", [](AuditEntry& e, std::string_view v) { e.record.server = v; }},
    Field{"MCPCTL_JOB", [](AuditEntry& e, std::string_view v) { take_number(e.record.job, v); }},
    Field{"MCPCTL_SESSION", [](AuditEntry& e, std::string_view v) { e.record.session = v; }},
    Field{"MCPCTL_COUNT", [](AuditEntry& e, std::string_view v) { take_number(e.record.count, v); }},
    Field{"MCPCTL_REASON", [](AuditEntry& e, std::string_view v) { e.record.reason = v; }},
    Field{"MCPCTL_INSTALLATION", [](AuditEntry& e, std::string_view v) { e.installation = v; }},
};

}  // namespace

std::string journal_entry_of(const AuditRecord& record, std::string_view actor, std::string_view installation) {
    Writer entry;
    entry.add("MESSAGE", text_of(record, actor));
    entry.add("MESSAGE_ID", message_id_of(record));
    entry.add("PRIORITY", record.result == AuditResult::allowed ? informational : warning);
    entry.add("SYSLOG_IDENTIFIER", "mcpctl-agent");
    entry.add("MCPCTL_AUDIT", "1");
    if (record.seq != 0) {
        entry.add("MCPCTL_SEQ", record.seq);
    }
    entry.add("MCPCTL_TIME", record.time);
    entry.add("MCPCTL_ACTION", spelt(record.action));
    entry.add("MCPCTL_RESULT", spelt(record.result));
    entry.add("MCPCTL_ERROR", record.error);
    entry.add("MCPCTL_ACTOR_UID", record.actor.uid);
    entry.add("MCPCTL_ACTOR", actor);
    entry.add("MCPCTL_VIA", spelt(record.actor.via));
    entry.add("MCPCTL_TOKEN", record.actor.token);
    entry.add("MCPCTL_INSTANCE", record.instance);
    entry.add("MCPCTL_NAME", record.name);
    entry.add("MCPCTL_PROFILE", record.profile);
    entry.add("MCPCTL_SERVER", record.server);
    if (record.job != 0) {
        entry.add("MCPCTL_JOB", record.job);
    }
    entry.add("MCPCTL_SESSION", record.session);
    entry.add("MCPCTL_COUNT", record.count);
    entry.add("MCPCTL_REASON", record.reason);
    entry.add("MCPCTL_INSTALLATION", installation);
    return entry.take();
}

void take_field(AuditEntry& entry, std::string_view field) {
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos || !field.starts_with("MCPCTL_")) {
        return;
    }
    const auto* row = std::ranges::find(fields, field.substr(0, equals), &Field::name);
    if (row != fields.end()) {
        row->take(entry, field.substr(equals + 1));
    }
}

}  // namespace mcpctl::audit
