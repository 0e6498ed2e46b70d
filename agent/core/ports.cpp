#include "agent/core/ports.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <format>
#include <set>

#include "base/async.hpp"

namespace mcpctl {
namespace {

// Binding is the one test that tells the truth about a port; nothing is ever accepted on it.
bool is_free(asio::io_context& context, std::uint16_t port) {
    boost::system::error_code error;
    asio::ip::tcp::acceptor probe(context);
    probe.open(asio::ip::tcp::v4(), error);
    if (!error) {
        probe.bind({asio::ip::address_v4::any(), port}, error);
    }
    return !error;
}

}  // namespace

Result<std::uint16_t> choose_port(const Registry& registry, PortRange range) {
    std::set<std::uint16_t> taken;
    for (const auto& [id, instance] : registry.instances()) {
        taken.insert(instance.port);
    }
    asio::io_context context;
    for (unsigned port = range.first; port <= range.last; ++port) {
        if (!taken.contains(std::uint16_t(port)) && is_free(context, std::uint16_t(port))) {
            return std::uint16_t(port);
        }
    }
    return fail(ErrorCode::LimitsExceeded, std::format("no port is free between {} and {}", range.first, range.last),
                "port", "stop an instance, or widen [ports] in /etc/mcpctl/mcpctl.toml");
}

}  // namespace mcpctl
