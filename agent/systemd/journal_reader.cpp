#include "agent/systemd/journal_reader.hpp"

#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>
#include <systemd/sd-varlink.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <format>
#include <memory>
#include <optional>

#include "agent/systemd/unit_status.hpp"
#include "base/sanitiser.hpp"

namespace mcpctl::systemd {
namespace {

constexpr std::size_t max_line_bytes = 1024;
// Longer fields are cut while reading: escape sequences may make a line much longer than what is shown of it.
constexpr std::size_t max_field_bytes = 16UL * 1024;
constexpr std::uint64_t journald_patience_usec = 2'000'000;
// An end leaves at most three records; the others of the last run are not looked at.
constexpr int max_records = 16;

// MESSAGE_IDs of PID 1, documented in sd-messages.h.
constexpr std::string_view process_exit = "98e322203f7a4ed290d09fe03c09fe15";
constexpr std::string_view unit_success = "7ad2d189f7e94e70a38c781354912448";
constexpr std::string_view unit_failure_result = "d9b373ed55a64feb8242e02dbe79a49c";

struct JournalCloser {
    void operator()(sd_journal* journal) const { sd_journal_close(journal); }
};
using Journal = std::unique_ptr<sd_journal, JournalCloser>;

Journal open_journal() {
    sd_journal* raw = nullptr;
    if (sd_journal_open(&raw, SD_JOURNAL_LOCAL_ONLY) < 0) {
        return nullptr;
    }
    sd_journal_set_data_threshold(raw, max_field_bytes);
    return Journal(raw);
}

bool match(const Journal& journal, std::string_view field, std::string_view value) {
    const std::string text = std::format("{}={}", field, value);
    return sd_journal_add_match(journal.get(), text.data(), text.size()) >= 0;
}

std::optional<std::string> field(const Journal& journal, const char* name) {
    const void* data = nullptr;
    std::size_t length = 0;
    if (sd_journal_get_data(journal.get(), name, &data, &length) < 0) {
        return std::nullopt;
    }
    const std::string_view text(static_cast<const char*>(data), length);
    return std::string(text.substr(std::min(text.find('=') + 1, text.size())));
}

std::optional<std::int32_t> number(const std::optional<std::string>& text) {
    std::int32_t value = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc()) {
        return std::nullopt;
    }
    return value;
}

Reason exit_of_record(const Journal& journal) {
    const auto code = field(journal, "EXIT_CODE");
    const auto status = number(field(journal, "EXIT_STATUS"));
    if (!code || !status) {
        return {ReasonCode::unknown, {}};
    }
    return reason_of_exit(*code == "exited" ? CLD_EXITED : *code == "dumped" ? CLD_DUMPED : CLD_KILLED, *status);
}

// Records of PID 1 about the unit. _PID is what journald saw, so nobody else can have written them.
bool match_manager_records(const Journal& journal, const std::string& unit) {
    sd_id128_t boot{};
    char boot_text[SD_ID128_STRING_MAX];
    return sd_id128_get_boot(&boot) >= 0 && match(journal, "_BOOT_ID", sd_id128_to_string(boot, boot_text)) &&
           match(journal, "_PID", "1") && match(journal, "UNIT", unit) && match(journal, "MESSAGE_ID", process_exit) &&
           match(journal, "MESSAGE_ID", unit_success) && match(journal, "MESSAGE_ID", unit_failure_result);
}

// From the newest record backwards: the unit's result first, then the exit that led to it.
Reason newest_end(const Journal& journal) {
    Reason reason{ReasonCode::unknown, "ended while nobody watched, and no record of it exists"};
    for (int i = 0; i < max_records && sd_journal_previous(journal.get()) > 0; ++i) {
        const auto kind = field(journal, "MESSAGE_ID");
        if (kind == unit_success) {
            return {ReasonCode::vanished, "was stopped outside mcpctl"};
        }
        if (kind == unit_failure_result) {
            const std::string result = field(journal, "UNIT_RESULT").value_or("");
            if (result == "oom-kill") {
                return {ReasonCode::out_of_memory, "ran out of memory and was killed"};
            }
            reason.text = std::format("ended; systemd recorded '{}' and no exit", result);
        } else if (const Reason exit = exit_of_record(journal); exit.code != ReasonCode::unknown) {
            return exit;
        }
    }
    return reason;
}

}  // namespace

bool synchronize_journal() {
    sd_varlink* raw = nullptr;
    const int connected = sd_varlink_connect_address(&raw, "/run/systemd/journal/io.systemd.journal");
    const std::unique_ptr<sd_varlink, decltype(&sd_varlink_unref)> link(raw, sd_varlink_unref);
    const char* error = nullptr;
    return connected >= 0 && sd_varlink_set_relative_timeout(raw, journald_patience_usec) >= 0 &&
           sd_varlink_call(raw, "io.systemd.Journal.Synchronize", nullptr, nullptr, &error) >= 0 && error == nullptr;
}

std::vector<std::string> last_lines_of(const std::string& unit, std::size_t count) {
    const Journal journal = open_journal();
    std::vector<std::string> lines;
    // _SYSTEMD_UNIT is what journald saw: PID 1's own lines and forged ones do not carry it.
    if (!journal || !match(journal, "_SYSTEMD_UNIT", unit) || sd_journal_seek_tail(journal.get()) < 0) {
        return lines;
    }
    while (lines.size() < count && sd_journal_previous(journal.get()) > 0) {
        if (const auto message = field(journal, "MESSAGE")) {
            lines.push_back(sanitised(*message, max_line_bytes));
        }
    }
    std::ranges::reverse(lines);
    return lines;
}

Reason recorded_end_of(const std::string& unit) {
    const Journal journal = open_journal();
    if (!journal || !match_manager_records(journal, unit) || sd_journal_seek_tail(journal.get()) < 0) {
        return {ReasonCode::unknown, "the journal cannot be read"};
    }
    return newest_end(journal);
}

}  // namespace mcpctl::systemd
