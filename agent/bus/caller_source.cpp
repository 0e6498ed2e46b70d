#include "agent/bus/caller_source.hpp"

#include <grp.h>
#include <pwd.h>
#include <sdbus-c++/IConnection.h>
#include <sdbus-c++/IProxy.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "dbus/call.hpp"

namespace mcpctl::bus {
namespace {

constexpr std::size_t most_known = 4096;
constexpr auto daemon_timeout = std::chrono::seconds(5);

bool contains(const std::vector<gid_t>& groups, gid_t group) {
    return group != gid_t(-1) && std::ranges::contains(groups, group);
}

}  // namespace

gid_t trusted_group() {
    const group* entry = ::getgrnam("mcpctl");
    return entry == nullptr ? gid_t(-1) : entry->gr_gid;
}

uid_t bridge_user() {
    const passwd* entry = ::getpwnam("mcpctl-bridge");
    return entry == nullptr ? uid_t(-1) : entry->pw_uid;
}

BusCallers::BusCallers(sdbus::IConnection& connection, gid_t trusted)
    : daemon_(sdbus::createProxy(connection, sdbus::ServiceName("org.freedesktop.DBus"),
                                 sdbus::ObjectPath("/org/freedesktop/DBus"))),
      polkit_(connection),
      trusted_(trusted),
      bridge_(bridge_user()) {}

BusCallers::~BusCallers() = default;

Task<Result<Caller>> BusCallers::identify(std::string sender) {
    if (const auto position = known_.find(sender); position != known_.end()) {
        co_return position->second;
    }
    using Credentials = std::map<std::string, sdbus::Variant>;
    auto credentials = co_await dbus::call<Credentials>(*daemon_, "org.freedesktop.DBus", "GetConnectionCredentials",
                                                        daemon_timeout, sender);
    if (!credentials || !credentials->contains("UnixUserID")) {
        co_return fail(ErrorCode::AccessDenied, "the bus does not say who calls");
    }
    Caller caller;
    caller.via = AuditVia::bus;
    caller.bus_name = sender;
    caller.uid = credentials->at("UnixUserID").get<std::uint32_t>();
    caller.is_bridge = caller.uid == bridge_;
    if (const auto pid = credentials->find("ProcessID"); pid != credentials->end()) {
        caller.pid = pid_t(pid->second.get<std::uint32_t>());
    }
    if (const auto groups = credentials->find("UnixGroupIDs"); groups != credentials->end()) {
        caller.in_group = contains(groups->second.get<std::vector<std::uint32_t>>(), trusted_);
    }
    if (known_.size() >= most_known) {
        known_.clear();
    }
    known_.emplace(std::move(sender), caller);
    co_return caller;
}

Result<Caller> peer_credentials(int socket, gid_t trusted) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
        return fail(ErrorCode::AccessDenied, "the kernel does not say who connected");
    }
    std::vector<gid_t> groups(64);
    socklen_t bytes = socklen_t(groups.size() * sizeof(gid_t));
    while (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &bytes) != 0) {
        if (errno != ERANGE) {
            return fail(ErrorCode::AccessDenied, "the kernel does not say who connected");
        }
        groups.resize(bytes / sizeof(gid_t));
    }
    groups.resize(bytes / sizeof(gid_t));
    return Caller{.uid = credentials.uid,
                  .pid = credentials.pid,
                  .in_group = credentials.gid == trusted || contains(groups, trusted),
                  .is_bridge = credentials.uid == bridge_user()};
}

}  // namespace mcpctl::bus
