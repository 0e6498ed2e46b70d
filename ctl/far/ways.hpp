// Which hosts' WebSockets do not get through, so that the next follow need not find it out again.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace mcpctl::ctl::far {

class Ways {
  public:
    // A small file of the user's; empty: nothing is remembered.
    explicit Ways(std::string file) : file_(std::move(file)) {}

    // Events got through where a WebSocket had not, less than a day ago: networks change.
    [[nodiscard]] bool prefers_events(const std::string& host, std::uint64_t now_microseconds) const;
    // What cannot be written is found out again the next time.
    void remember(const std::string& host, bool prefers_events, std::uint64_t now_microseconds) const;

  private:
    std::string file_;
};

}  // namespace mcpctl::ctl::far
