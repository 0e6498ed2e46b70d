// The fields of a journal entry, sorted by whose word they are.
#pragma once

#include <string>
#include <string_view>

#include "agent/logs/journal.hpp"

namespace mcpctl::logs {

// journald's own message about lines that it dropped, documented in sd-messages.h.
constexpr std::string_view dropped_message = "a596d6fe7bfa4994828e72309e95d61e";

// Fields whose names begin with an underscore are journald's; everything else may have been sent by anybody.
class EntryFields {
  public:
    explicit EntryFields(JournalEntry& entry) : entry_(entry) {}
    EntryFields(const EntryFields&) = delete;
    EntryFields& operator=(const EntryFields&) = delete;

    // For the next entry. Strings keep their memory.
    void begin();
    // "NAME=value", as it stands in the journal.
    void take(std::string_view field);
    // After the last field: the entry is as journald vouches for it.
    void settle();

  private:
    JournalEntry& entry_;
    std::string unit_;
    std::string object_;
    std::uint64_t dropped_ = 0;
    bool driver_ = false;
    bool is_drop_notice_ = false;
};

}  // namespace mcpctl::logs
