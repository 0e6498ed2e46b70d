// What a client is connected by: TCP or a Unix socket, in the clear or in TLS.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <type_traits>

#include "base/async.hpp"

namespace mcpctl::http_bridge {

using Socket = asio::generic::stream_protocol::socket;
// Deadlines are those of the lowest layer.
using PlainStream = boost::beast::basic_stream<asio::generic::stream_protocol>;
using TlsStream = asio::ssl::stream<PlainStream>;

template <class Stream>
constexpr bool is_tls = std::is_same_v<Stream, TlsStream>;

template <class Stream>
PlainStream& lowest(Stream& stream) {
    return boost::beast::get_lowest_layer(stream);
}

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;

}  // namespace mcpctl::http_bridge
