// The bus faces of servers and profiles. Contracts: dbus/interfaces/org.mcpctl.Agent1.{Server,Profile}.xml.
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include "agent/bus/calls.hpp"
#include "dbus/profile_adaptor.hpp"
#include "dbus/server_adaptor.hpp"

namespace mcpctl::bus {

class ServerObject final
    : public sdbus::AdaptorInterfaces<org::mcpctl::Agent1::Server_adaptor, sdbus::ManagedObject_adaptor> {
  public:
    ServerObject(sdbus::IConnection& connection, const Context& context, Calls& calls, ServerDefinition server);
    ServerObject(const ServerObject&) = delete;
    ServerObject& operator=(const ServerObject&) = delete;
    ~ServerObject();

  private:
    void GetDefinition(sdbus::Result<std::string>&& reply) override;
    std::string Name() override { return server_.name; }
    std::string Description() override { return server_.description; }
    std::string Transport() override;
    std::string DefinedVersion() override { return server_.version; }

    Calls& calls_;
    ServerDefinition server_;
};

class ProfileObject final
    : public sdbus::AdaptorInterfaces<org::mcpctl::Agent1::Profile_adaptor, sdbus::ManagedObject_adaptor> {
  public:
    ProfileObject(sdbus::IConnection& connection, const Context& context, Calls& calls, ProfileDefinition profile);
    ProfileObject(const ProfileObject&) = delete;
    ProfileObject& operator=(const ProfileObject&) = delete;
    ~ProfileObject();

  private:
    void GetDefinition(sdbus::Result<std::string>&& reply) override;
    void GetEffectiveSettings(sdbus::Result<std::string>&& reply) override;
    std::string Name() override { return profile_.name; }
    std::string Server() override { return profile_.server; }
    std::string Runtime() override;
    bool Autostart() override { return profile_.autostart; }

    const Context& context_;
    Calls& calls_;
    ProfileDefinition profile_;
};

}  // namespace mcpctl::bus
