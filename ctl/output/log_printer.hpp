// Lines of a log, as JSON objects, printed in the form that was asked for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ctl/output/terminal.hpp"

namespace mcpctl::ctl {

enum class LogFormat : std::uint8_t {
    text,
    json,    // one array
    ndjson,  // one object a line, as they came
};

class LogPrinter {
  public:
    LogPrinter(const Terminal& terminal, LogFormat format) : terminal_(terminal), format_(format) {}

    // What is to be printed for a line that came without its newline.
    [[nodiscard]] std::string begin() const { return format_ == LogFormat::json ? "[" : ""; }
    [[nodiscard]] std::string print(std::string_view line);
    [[nodiscard]] std::string end() const;

  private:
    [[nodiscard]] std::string as_text(std::string_view line) const;

    Terminal terminal_;
    LogFormat format_;
    bool first_ = true;
};

// The place behind a line, from which a log can be read on; empty where it has none.
[[nodiscard]] std::string cursor_in(std::string_view line);

}  // namespace mcpctl::ctl
