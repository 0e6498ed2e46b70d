// The system's journal through libsystemd. A journal that cannot be read looks like an empty one.
#pragma once

#include <systemd/sd-journal.h>

#include <cstddef>
#include <memory>
#include <string_view>

#include "agent/logs/log_position.hpp"

namespace mcpctl::logs {

class JournalHandle {
  public:
    // Fields are cut at this length.
    explicit JournalHandle(std::size_t longest_field);

    // Only entries with this field. Matches on one field are alternatives, on several fields all of them are wanted.
    void match(std::string_view field, std::string_view value);
    // What was matched so far is one alternative, what is matched from here on another.
    void otherwise();
    void forget_matches();

    void refresh();
    [[nodiscard]] int events() const;

    void seek_begin();
    void seek_end();
    void seek_time(WallTime time);
    void seek(const LogPosition& position);

    // False at the end.
    bool next() { return journal_ && sd_journal_next(journal_.get()) > 0; }
    bool previous() { return journal_ && sd_journal_previous(journal_.get()) > 0; }

    // Of the entry that it stands on; false where it cannot be read.
    [[nodiscard]] bool position(LogPosition& into) const;
    // Calls `take` with each "NAME=value".
    template <class Take>
    void for_each_field(Take take) const {
        const void* data = nullptr;
        std::size_t length = 0;
        sd_journal_restart_data(journal_.get());
        while (sd_journal_enumerate_available_data(journal_.get(), &data, &length) > 0) {
            take(std::string_view(static_cast<const char*>(data), length));
        }
    }

  private:
    struct Closer {
        void operator()(sd_journal* journal) const { sd_journal_close(journal); }
    };
    std::unique_ptr<sd_journal, Closer> journal_;
};

}  // namespace mcpctl::logs
