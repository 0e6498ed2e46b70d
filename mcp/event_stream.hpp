// Server-sent events, byte by byte as they come.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace mcpctl::mcp {

struct Event {
    std::string type;  // empty: "message"
    std::string data;
};

class EventStream {
  public:
    // Of one event: its data and the line that is being read.
    explicit EventStream(std::size_t max_bytes) : max_bytes_(max_bytes) {}

    // Calls `on_event` for each event that is complete. An event without data is none, nor is one that the end of the
    // stream cuts off. LimitsExceeded ends it.
    Result<void> feed(std::string_view bytes, const std::function<void(Event)>& on_event);

  private:
    void end_line(const std::function<void(Event)>& on_event);
    void take_field(std::string_view line);

    std::size_t max_bytes_;
    std::string line_;
    Event event_;
    bool has_data_ = false;
    bool after_return_ = false;  // a newline now belongs to the line that has ended
    bool begun_ = false;
};

}  // namespace mcpctl::mcp
