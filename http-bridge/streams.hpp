// Carries the events of a source to one client, until either ends. A client that takes nothing is given up.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>

#include "http-bridge/event_source.hpp"

namespace mcpctl::http_bridge {

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;

// So often an idle stream shows that it is there; so long a client may take nothing.
constexpr std::chrono::seconds keep_alive_interval{15};
constexpr std::chrono::seconds stalled_client_deadline{30};

// As the answer to a request of this HTTP version: 11, or 10 as old proxies have it.
Task<void> serve_events(boost::beast::tcp_stream& stream, unsigned version, std::shared_ptr<EventSource> source);

// Answers the upgrade, then sends each event's data as a message. What the client sends is read and dropped.
Task<void> serve_websocket(boost::beast::tcp_stream stream, HttpRequest upgrade, std::shared_ptr<EventSource> source);

// The subprotocol that is accepted.
constexpr std::string_view websocket_protocol = "mcpctl.v1";

}  // namespace mcpctl::http_bridge
