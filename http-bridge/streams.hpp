// Carries the events of a source to one client, until either ends. A client that takes nothing is given up.
#pragma once

#include <memory>

#include "http-bridge/event_source.hpp"
#include "http-bridge/stream.hpp"

namespace mcpctl::http_bridge {

// So often an idle stream shows that it is there; so long a client may take nothing.
constexpr std::chrono::seconds keep_alive_interval{15};
constexpr std::chrono::seconds stalled_client_deadline{30};

// As the answer to a request of this HTTP version: 11, or 10 as old proxies have it.
template <class Stream>
Task<void> serve_events(Stream& stream, unsigned version, std::shared_ptr<EventSource> source);

// Answers the upgrade, then sends each event's data as a message. What the client sends is read and dropped.
template <class Stream>
Task<void> serve_websocket(Stream stream, HttpRequest upgrade, std::shared_ptr<EventSource> source);

// The subprotocol that is accepted.
constexpr std::string_view websocket_protocol = "mcpctl.v1";

}  // namespace mcpctl::http_bridge
