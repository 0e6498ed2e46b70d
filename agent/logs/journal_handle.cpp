#include "agent/logs/journal_handle.hpp"

#include <systemd/sd-id128.h>

#include <algorithm>
#include <format>
#include <string>

namespace mcpctl::logs {
namespace {

Id128 bytes_of(const sd_id128_t& id) {
    Id128 bytes{};
    std::ranges::copy(id.bytes, bytes.begin());
    return bytes;
}

sd_id128_t id_of(const Id128& bytes) {
    sd_id128_t id{};
    std::ranges::copy(bytes, id.bytes);
    return id;
}

}  // namespace

JournalHandle::JournalHandle(std::size_t longest_field) {
    sd_journal* raw = nullptr;
    if (sd_journal_open(&raw, SD_JOURNAL_LOCAL_ONLY) >= 0) {
        journal_.reset(raw);
        sd_journal_set_data_threshold(raw, longest_field);
    }
}

void JournalHandle::match(std::string_view field, std::string_view value) {
    if (journal_) {
        const std::string text = std::format("{}={}", field, value);
        (void)sd_journal_add_match(journal_.get(), text.data(), text.size());
    }
}

void JournalHandle::otherwise() {
    if (journal_) {
        sd_journal_add_disjunction(journal_.get());
    }
}

void JournalHandle::forget_matches() {
    if (journal_) {
        sd_journal_flush_matches(journal_.get());
    }
}

void JournalHandle::refresh() {
    if (journal_) {
        (void)sd_journal_process(journal_.get());
    }
}

int JournalHandle::events() const {
    return journal_ ? sd_journal_get_fd(journal_.get()) : -1;
}

void JournalHandle::seek_begin() {
    if (journal_) {
        (void)sd_journal_seek_head(journal_.get());
    }
}

void JournalHandle::seek_end() {
    if (journal_) {
        (void)sd_journal_seek_tail(journal_.get());
    }
}

void JournalHandle::seek_time(WallTime time) {
    if (journal_) {
        (void)sd_journal_seek_realtime_usec(journal_.get(), time);
    }
}

void JournalHandle::seek(const LogPosition& position) {
    if (!journal_) {
        return;
    }
    char sequence[SD_ID128_STRING_MAX];
    char boot[SD_ID128_STRING_MAX];
    const std::string cursor = std::format(
        "s={};i={:x};b={};m={:x};t={:x}", sd_id128_to_string(id_of(position.sequence), sequence), position.number,
        sd_id128_to_string(id_of(position.boot), boot), position.monotonic, position.realtime);
    (void)sd_journal_seek_cursor(journal_.get(), cursor.c_str());
}

bool JournalHandle::position(LogPosition& into) const {
    sd_id128_t sequence{};
    sd_id128_t boot{};
    if (sd_journal_get_seqnum(journal_.get(), &into.number, &sequence) < 0 ||
        sd_journal_get_monotonic_usec(journal_.get(), &into.monotonic, &boot) < 0 ||
        sd_journal_get_realtime_usec(journal_.get(), &into.realtime) < 0) {
        return false;
    }
    into.sequence = bytes_of(sequence);
    into.boot = bytes_of(boot);
    return true;
}

}  // namespace mcpctl::logs
