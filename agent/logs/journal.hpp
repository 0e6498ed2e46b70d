// The seam to the journal's files: the entries of one instance, or of all, and of nobody else.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/logs/journal_walk.hpp"

namespace mcpctl::logs {

struct JournalEntry {
    LogPosition position;
    std::string message;
    std::string unit;     // journald's word, and verified to be one of an instance
    std::string stream;   // which connection to journald an output line came by; empty for other ways
    std::string profile;  // believed only where from_output holds
    std::string server;
    int priority = 6;
    bool from_output = false;      // stdout or stderr: all fields are journald's own
    bool continues = false;        // the rest of the line is in a later entry of the same stream
    std::uint64_t suppressed = 0;  // not a line: journald says that it dropped so many
};

class Journal : public JournalWalk {
  public:
    // Of the latest move that returned true.
    [[nodiscard]] virtual const JournalEntry& entry() const = 0;
};

// Of all instances where none is named.
using OpenJournal = std::function<std::unique_ptr<Journal>(const std::optional<InstanceId>&)>;

}  // namespace mcpctl::logs
