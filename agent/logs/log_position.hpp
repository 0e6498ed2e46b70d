// Where an entry stands in the journal, and the cursor that says so outside.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/core/ids.hpp"
#include "agent/core/instance.hpp"
#include "base/error.hpp"

namespace mcpctl::logs {

using Id128 = std::array<std::uint8_t, 16>;

// journald numbers its entries. Boot and both clocks are for finding the place when numbers do not help any more:
// after files were removed, or a journal was begun anew.
struct LogPosition {
    Id128 sequence{};  // which numbering
    std::uint64_t number = 0;
    Id128 boot{};
    std::uint64_t monotonic = 0;  // µs since that boot
    WallTime realtime = 0;

    friend bool operator==(const LogPosition& a, const LogPosition& b) {
        return a.number == b.number && a.sequence == b.sequence;
    }
};

[[nodiscard]] bool is_before(const LogPosition& a, const LogPosition& b);

// Opaque to clients, and of one instance. It stays good over restarts of the agent and rotation, and where its entry
// was removed, what comes behind it is still found.
[[nodiscard]] std::string cursor_of(const InstanceId& instance, const LogPosition& position);
[[nodiscard]] Result<LogPosition> parse_cursor(std::string_view text, const InstanceId& instance);

// Writes many cursors of one instance: nearly all of them have the same numbering and boot.
class CursorWriter {
  public:
    explicit CursorWriter(const InstanceId& instance);

    void append(std::string& out, const LogPosition& position);

  private:
    void note(const LogPosition& position);

    std::string mark_;
    LogPosition noted_;  // whose ids the texts below are
    std::string before_number_;
    std::string before_clocks_;
};

}  // namespace mcpctl::logs
