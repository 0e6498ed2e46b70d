// Asks polkit whether a caller on the bus may do something (org.freedesktop.PolicyKit1.Authority(8)). No answer is a
// no.
//
// The caller is named by his unique bus name: a process id would be a race, since it can be somebody else's by the time
// polkit looks (CVE-2013-4288). Measured: 3 to 4 ms for each check, 100 ms where polkitd must be started.
#pragma once

#include <sdbus-c++/IConnection.h>
#include <sdbus-c++/IProxy.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "agent/core/access.hpp"
#include "base/async.hpp"
#include "base/gate.hpp"

namespace mcpctl::bus {

class Polkit {
  public:
    explicit Polkit(sdbus::IConnection& connection);

    // AccessDenied with why, also where polkit does not answer, or the caller has left the bus meanwhile.
    Task<Result<void>> check(PolicyQuestion question);

    // Of one user at a time; further ones wait for their turn. dbus-daemon lets the agent wait for 128 answers in all
    // (max_replies_per_connection), and one user's prompts shall not take them from others.
    static constexpr std::size_t checks_of_user = 8;

    static constexpr auto patience = std::chrono::seconds(10);
    // Somebody looks for his password.
    static constexpr auto patience_with_people = std::chrono::minutes(5);

  private:
    [[nodiscard]] std::shared_ptr<Gate> gate_of(uid_t user);
    Task<Result<void>> ask(const PolicyQuestion& question);
    [[nodiscard]] sdbus::Slot cancel_when_gone(const std::string& bus_name, const std::string& check);
    Task<Result<void>> still_there(const std::string& bus_name);

    sdbus::IConnection& connection_;
    std::unique_ptr<sdbus::IProxy> authority_;
    std::unique_ptr<sdbus::IProxy> daemon_;
    std::uint64_t checks_ = 0;
    std::map<uid_t, std::weak_ptr<Gate>> gates_;
    // By check. Not in the frames of coroutines, which may outlive the connection.
    std::map<std::string, sdbus::Slot> watches_;
};

}  // namespace mcpctl::bus
