// Structured logging to the journal. A function either logs or returns an error, never both; log lines are written at
// the edges. Events that an operator should care about carry a MESSAGE_ID (message_ids.hpp) with a catalog entry.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mcpctl::log {

// Journal priorities, as in syslog(3).
enum class Priority : std::uint8_t { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };

struct Field {
    std::string_view name;  // upper case, for example MCPCTL_INSTANCE
    std::string_view value;
};

// Where lines go: the journal where stderr is connected to it or nothing listens to stderr, otherwise stderr, so that a
// program that is started by hand shows what it does. Fields are shown only in the journal.
void write(Priority priority, std::string_view message, std::span<const Field> fields = {});

inline void error(std::string_view message) {
    write(Priority::error, message);
}
inline void warning(std::string_view message) {
    write(Priority::warning, message);
}
inline void notice(std::string_view message) {
    write(Priority::notice, message);
}
inline void info(std::string_view message) {
    write(Priority::info, message);
}
inline void debug(std::string_view message) {
    write(Priority::debug, message);
}

}  // namespace mcpctl::log
