// The agent of this machine, asked over D-Bus: on the system bus, or on the agent's own socket.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ctl/client.hpp"
#include "ctl/connection.hpp"

namespace mcpctl::ctl {

class Caller;

class BusClient : public AgentClient {
  public:
    // Connects when it is first needed.
    explicit BusClient(Connector connector);
    ~BusClient() override;

    void watch_interrupt(int fd) override;
    [[nodiscard]] bool was_interrupted() const override;

    Result<AgentInfo> agent() override;
    Result<std::vector<ServerInfo>> servers() override;
    Result<std::vector<ProfileInfo>> profiles() override;
    Result<std::vector<InstanceInfo>> instances() override;
    Result<std::vector<JobInfo>> jobs() override;

    Result<std::string> server_definition(const std::string& name) override;
    Result<std::string> profile_definition(const std::string& name) override;
    Result<std::string> effective_settings(const std::string& profile) override;
    Result<void> add_server(const std::string& definition) override;
    Result<void> add_profile(const std::string& definition) override;
    Result<void> remove_server(const std::string& name) override;
    Result<void> remove_profile(const std::string& name) override;

    Result<InstanceInfo> find_instance(const std::string& reference) override;
    Result<InstanceInfo> instance_at(const std::string& path) override;
    Result<std::vector<std::string>> failure_log(const InstanceInfo& instance) override;
    Result<std::string> workloads(const InstanceInfo& instance) override;

    Result<HealthInfo> check_health(const InstanceInfo& instance) override;
    Result<HealthInfo> statistics(const InstanceInfo& instance) override;
    Result<std::vector<HealthChangeInfo>> health_history(const InstanceInfo& instance, std::uint32_t count) override;

    [[nodiscard]] Result<void> reach(const InstanceInfo& instance) override;
    Result<OpenedSession> open_session(const InstanceInfo& instance, std::chrono::seconds patience) override;
    Result<std::vector<SessionInfo>> sessions(const InstanceInfo& instance) override;
    Result<void> close_session(const InstanceInfo& instance, const std::string& session) override;

    Result<LogPage> logs(const InstanceInfo& instance, const LogOptions& options) override;
    Result<LogPage> logs_of_removed(const std::string& id, const LogOptions& options) override;
    Result<std::unique_ptr<LogFollow>> follow_logs(const InstanceInfo& instance, const LogOptions& options) override;

    Result<LogPage> audit(const AuditOptions& options) override;
    Result<UniqueFd> follow_audit(const AuditOptions& options) override;

    Result<std::string> create_token(const std::string& name, const TokenOptions& options) override;
    Result<void> revoke_token(const std::string& name) override;
    Result<std::vector<TokenInfo>> tokens() override;

    Result<void> set_secret(const std::string& name, const std::vector<std::uint8_t>& value) override;
    Result<void> remove_secret(const std::string& name) override;
    Result<std::vector<SecretInfo>> secrets() override;

    Result<void> follow_events(const std::function<bool(const Event&)>& take) override;

    Result<AcceptedJob> start(const std::string& profile, const StartOptions& options) override;
    Result<AcceptedJob> stop(const InstanceInfo& instance, const StopOptions& options) override;
    Result<AcceptedJob> restart(const InstanceInfo& instance, const RestartOptions& options) override;

    Result<JobInfo> follow(const std::string& job_path) override;
    [[nodiscard]] const JobInfo& followed() const override { return followed_; }
    Wake wait_for_change(SteadyClock::time_point deadline) override;
    [[nodiscard]] bool pause(std::chrono::milliseconds duration) override;
    void disconnect() override;
    Result<std::vector<std::string>> last_lines(const std::string& job_path) override;

  private:
    Result<void> subscribe_to_ends();
    Result<JobInfo> read_job(const std::string& job_path);

    std::unique_ptr<Caller> caller_;
    JobInfo followed_;
    bool followed_changed_ = false;
};

}  // namespace mcpctl::ctl
