// Who calls, as the kernel or the bus daemon vouches for it.
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "agent/bus/polkit.hpp"
#include "agent/core/access.hpp"
#include "base/async.hpp"

namespace sdbus {
class IConnection;
class IProxy;
}  // namespace sdbus

namespace mcpctl::bus {

class CallerSource {
  public:
    virtual ~CallerSource() = default;
    // `sender` is the unique bus name, empty on a peer-to-peer connection.
    virtual Task<Result<Caller>> identify(std::string sender) = 0;
    // Whether the policy of the machine allows it, and the caller is still there when it has decided; otherwise
    // AccessDenied with why.
    virtual Task<Result<void>> ask_policy(PolicyQuestion question) = 0;
};

// Members of this group are equivalent to root; -1 when it does not exist.
[[nodiscard]] gid_t trusted_group();

// The HTTP bridge runs as this user; -1 when it does not exist.
[[nodiscard]] uid_t bridge_user();

// On a bus: asks the daemon, and polkit. Unique names are never given twice, so who has one is kept.
class BusCallers final : public CallerSource {
  public:
    BusCallers(sdbus::IConnection& connection, gid_t trusted);
    ~BusCallers() override;
    Task<Result<Caller>> identify(std::string sender) override;
    Task<Result<void>> ask_policy(PolicyQuestion question) override { return polkit_.check(std::move(question)); }

  private:
    std::unique_ptr<sdbus::IProxy> daemon_;
    Polkit polkit_;
    gid_t trusted_;
    uid_t bridge_;
    std::map<std::string, Caller> known_;
};

// On a peer-to-peer connection: what the kernel said when it was accepted.
class PeerCaller final : public CallerSource {
  public:
    explicit PeerCaller(Caller caller) : caller_(std::move(caller)) {}
    Task<Result<Caller>> identify(std::string /*sender*/) override { co_return caller_; }
    Task<Result<void>> ask_policy(PolicyQuestion /*question*/) override {
        co_return fail(ErrorCode::AccessDenied, "polkit knows callers by their name on the bus");
    }

  private:
    Caller caller_;
};

// SO_PEERCRED and SO_PEERGROUPS of a connected Unix socket.
[[nodiscard]] Result<Caller> peer_credentials(int socket, gid_t trusted);

}  // namespace mcpctl::bus
