// The agent of another machine, asked over its HTTP bridge.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/client.hpp"
#include "ctl/far/access.hpp"
#include "ctl/far/exchange.hpp"
#include "ctl/far/ways.hpp"

namespace mcpctl::ctl::far {

class FarClient : public AgentClient {
  public:
    // Looks at the options when it is first asked something.
    explicit FarClient(Options options);

    void watch_interrupt(int fd) override { interrupt_fd_ = fd; }
    [[nodiscard]] bool was_interrupted() const override { return interrupted_; }

    // Of the bridge, which is of the same package; the installation's id stays empty.
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

    // As the agent's own last check has found it: nobody lets others make it ask.
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

    // Nobody tells of changes: wait_for_change() looks again and again, less and less often.
    Result<JobInfo> follow(const std::string& job_path) override;
    [[nodiscard]] const JobInfo& followed() const override { return followed_; }
    Wake wait_for_change(SteadyClock::time_point deadline) override;
    [[nodiscard]] bool pause(std::chrono::milliseconds duration) override;
    void disconnect() override { connections_.reset(); }
    // From the instance's log, where the token may read it.
    Result<std::vector<std::string>> last_lines(const std::string& job_path) override;

  private:
    Result<void> prepare();
    // Any answer, whatever its status. A reading request is repeated once on a new connection when the old one broke.
    Result<Answer> ask(const Call& call);
    // The body of a successful one.
    Result<std::string> read(const std::string& path);
    Error note(Error error);

    Result<AcceptedJob> begin(Call call);
    Result<JobInfo> read_job(const std::string& job_path);
    Result<LogPage> log_page(const std::string& id, const LogOptions& options);

    // A stream whose head has come.
    Result<std::unique_ptr<Exchange>> open_events(const std::string& path);
    // Nothing where it does not get through.
    Result<std::unique_ptr<Exchange>> open_websocket(const std::string& path);

    Options options_;
    std::optional<Access> access_;
    std::shared_ptr<Connections> connections_;
    Ways ways_;
    bool websockets_break_ = false;
    int interrupt_fd_ = -1;
    bool interrupted_ = false;

    JobInfo followed_;
    SteadyClock::time_point next_look_;
    std::chrono::milliseconds look_again_after_{};
};

}  // namespace mcpctl::ctl::far
