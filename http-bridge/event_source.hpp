// What a stream delivers, whatever carries it: Server-Sent Events or a WebSocket.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/async.hpp"

namespace mcpctl::http_bridge {

struct StreamEvent {
    std::string name;  // empty: a message
    std::string id;    // where to go on behind it; empty where it is no such place
    std::string data;  // JSON, one line
};

enum class StreamEnd : std::uint8_t {
    finished,       // nothing will come
    agent_left,     // come back, and go on behind the last event
    bridge_leaves,  // the same
    token_is_void   // revoked or expired
};

class EventSource {
  public:
    EventSource() = default;
    EventSource(const EventSource&) = delete;
    EventSource& operator=(const EventSource&) = delete;
    virtual ~EventSource() = default;

    // What has come, a bounded number of events; none when `deadline` passed first, after wake(), and at the end.
    // Whoever asks seldom makes nothing pile up here.
    virtual Task<std::vector<StreamEvent>> next(Clock::time_point deadline) = 0;
    // Nothing while it goes on.
    [[nodiscard]] std::optional<StreamEnd> end() const {
        return leaving_ ? std::optional(StreamEnd::bridge_leaves) : ended();
    }
    // next() returns: the reader has gone.
    virtual void wake() = 0;
    void leave() {
        leaving_ = true;
        wake();
    }

  protected:
    [[nodiscard]] virtual std::optional<StreamEnd> ended() const = 0;

  private:
    bool leaving_ = false;
};

}  // namespace mcpctl::http_bridge
