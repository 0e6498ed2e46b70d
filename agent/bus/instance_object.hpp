// The bus face of one instance. The contract is documented in dbus/interfaces/org.mcpctl.Agent1.Instance.xml.
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include "agent/bus/calls.hpp"
#include "agent/bus/options.hpp"
#include "agent/core/enum_names.hpp"
#include "dbus/instance_adaptor.hpp"

namespace mcpctl::bus {

// The instance may be removed between a call and its turn.
[[nodiscard]] Result<const ::mcpctl::Instance*> still_there(const Context& context, const InstanceId& id);

class InstanceObject final
    : public sdbus::AdaptorInterfaces<org::mcpctl::Agent1::Instance_adaptor, sdbus::ManagedObject_adaptor> {
  public:
    InstanceObject(sdbus::IConnection& connection, const Context& context, Calls& calls,
                   const ::mcpctl::Instance& instance);
    InstanceObject(const InstanceObject&) = delete;
    InstanceObject& operator=(const InstanceObject&) = delete;
    ~InstanceObject();

    // Tells which properties differ.
    void changed(const ::mcpctl::Instance& earlier, const ::mcpctl::Instance& later);
    void session_ended(const SessionRecord& session);
    void health_changed(const HealthRecord& before, const HealthRecord& now);

  private:
    // What may change, as it is told.
    struct Public {
        std::string state, desired, runtime_id, image_id, unit, endpoint, reason_code, reason;
        std::uint64_t generation = 0, started_at = 0, unreachable_since = 0;
        std::uint32_t restarts = 0;
        std::uint16_t port = 0;
    };
    [[nodiscard]] Public public_part(const ::mcpctl::Instance& instance) const;

    void Stop(sdbus::Result<sdbus::ObjectPath>&& reply, OptionMap options) override;
    void Restart(sdbus::Result<sdbus::ObjectPath>&& reply, OptionMap options) override;
    void OpenSession(sdbus::Result<sdbus::UnixFd, std::string>&& reply, OptionMap options) override;
    void ListSessions(sdbus::Result<std::string>&& reply) override;
    void CloseSession(sdbus::Result<>&& reply, std::string session) override;
    void GetConfiguration(sdbus::Result<std::string>&& reply) override;
    void GetWorkloads(sdbus::Result<std::string>&& reply) override;
    void CheckHealth(sdbus::Result<std::string>&& reply) override;
    void GetHealthHistory(sdbus::Result<std::string>&& reply, std::uint32_t count) override;
    void GetStatistics(sdbus::Result<std::string>&& reply) override;
    void GetLogs(sdbus::Result<std::vector<std::string>, std::string, bool>&& reply, OptionMap options) override;
    void FollowLogs(sdbus::Result<sdbus::UnixFd>&& reply, OptionMap options) override;
    void GetFailureLog(sdbus::Result<std::vector<std::string>>&& reply) override;

    std::string Id() override { return id_.text(); }
    std::string Name() override { return name_; }
    std::string Profile() override { return profile_; }
    std::string Server() override { return server_; }
    std::string Runtime() override { return runtime_; }
    std::string Engine() override { return engine_; }
    std::string Transport() override { return transport_; }
    std::string State() override { return now_.state; }
    std::string Desired() override { return now_.desired; }
    std::uint64_t Generation() override { return now_.generation; }
    std::string RuntimeId() override { return now_.runtime_id; }
    std::string ImageId() override { return now_.image_id; }
    std::uint64_t UnreachableSince() override { return now_.unreachable_since; }
    std::string Unit() override { return now_.unit; }
    std::uint16_t Port() override { return now_.port; }
    std::string Endpoint() override { return now_.endpoint; }
    std::string ReasonCode() override { return now_.reason_code; }
    std::string Reason() override { return now_.reason; }
    std::string Readiness() override { return std::string(spelt(context_.health.health(id_).readiness)); }
    std::string Liveness() override { return std::string(spelt(context_.health.health(id_).liveness)); }
    bool Alert() override { return context_.health.health(id_).alert; }
    std::string HealthReason() override { return context_.health.health(id_).reason; }
    std::uint64_t HealthChangedAt() override { return context_.health.health(id_).last_transition; }
    std::uint32_t Sessions() override { return context_.sessions.open_sessions(id_); }
    std::uint32_t Standbys() override { return context_.sessions.ready_standbys(id_); }
    std::uint32_t Restarts() override { return now_.restarts; }
    std::uint64_t CreatedAt() override { return created_at_; }
    std::uint64_t StartedAt() override { return now_.started_at; }

    const Context& context_;
    Calls& calls_;
    InstanceId id_;
    std::string name_, profile_, server_, runtime_, engine_, transport_;
    std::uint64_t created_at_;
    Public now_;
};

}  // namespace mcpctl::bus
