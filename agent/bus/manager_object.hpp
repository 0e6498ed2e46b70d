// The bus face of catalog and lifecycle. The contract is documented in dbus/interfaces/org.mcpctl.Agent1.Manager.xml.
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include "agent/bus/calls.hpp"
#include "agent/bus/options.hpp"
#include "dbus/manager_adaptor.hpp"

namespace mcpctl::bus {

class ManagerObject final
    : public sdbus::AdaptorInterfaces<org::mcpctl::Agent1::Manager_adaptor, sdbus::ObjectManager_adaptor> {
  public:
    ManagerObject(sdbus::IConnection& connection, const Context& context, Calls& calls);
    ManagerObject(const ManagerObject&) = delete;
    ManagerObject& operator=(const ManagerObject&) = delete;
    ~ManagerObject();

    void job_new(const Job& job);
    void job_removed(const Job& job);
    void token_revoked(const std::string& name) { emitTokenRevoked(name); }

  private:
    using Path = sdbus::ObjectPath;

    void AddServer(sdbus::Result<Path, Path>&& reply, std::string definition, OptionMap options) override;
    void RemoveServer(sdbus::Result<>&& reply, std::string name, OptionMap options) override;
    void AddProfile(sdbus::Result<Path>&& reply, std::string definition, OptionMap options) override;
    void RemoveProfile(sdbus::Result<>&& reply, std::string name, OptionMap options) override;
    void Start(sdbus::Result<Path, Path>&& reply, std::string profile, OptionMap options) override;
    void GetInstance(sdbus::Result<Path>&& reply, std::string reference) override;
    void GetLogs(sdbus::Result<std::vector<std::string>, std::string, bool>&& reply, std::string instance,
                 OptionMap options) override;
    void GetAudit(sdbus::Result<std::vector<std::string>, std::string, bool>&& reply, OptionMap options) override;
    void FollowAudit(sdbus::Result<sdbus::UnixFd>&& reply, OptionMap options) override;
    void GetProfile(sdbus::Result<Path>&& reply, std::string name) override;
    void GetServer(sdbus::Result<Path>&& reply, std::string name) override;
    void CreateToken(sdbus::Result<std::string>&& reply, std::string name, OptionMap options) override;
    void RevokeToken(sdbus::Result<>&& reply, std::string name, OptionMap options) override;
    void ListTokens(sdbus::Result<std::string>&& reply) override;
    void Authenticate(sdbus::Result<std::string>&& reply, std::string token, OptionMap options) override;

    void SetSecret(sdbus::Result<>&& reply, std::string name, std::vector<std::uint8_t> value,
                   OptionMap options) override;
    void RemoveSecret(sdbus::Result<>&& reply, std::string name, OptionMap options) override;
    void ListSecrets(sdbus::Result<std::string>&& reply) override;

    std::string Version() override;
    std::string InstallationId() override;
    std::vector<std::string> BusyReasons() override;

    const Context& context_;
    Calls& calls_;
};

}  // namespace mcpctl::bus
