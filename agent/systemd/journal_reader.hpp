// What the journal knows about one unit. These functions read files and wait for journald: they are called on a
// worker thread, never on the loop.
#pragma once

#include <string>
#include <vector>

#include "agent/core/instance.hpp"

namespace mcpctl::systemd {

// Waits until journald has written what was sent to it before; false when it did not answer in time.
bool synchronize_journal();

// The newest `count` lines that the unit's own processes wrote, oldest first, made harmless for display.
[[nodiscard]] std::vector<std::string> last_lines_of(const std::string& unit, std::size_t count);

// How the unit ended, by PID 1's own records of this boot; code unknown where there are none.
[[nodiscard]] Reason recorded_end_of(const std::string& unit);

}  // namespace mcpctl::systemd
