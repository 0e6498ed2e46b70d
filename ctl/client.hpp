// Everything that mcpctl asks of the agent, typed: the one place behind which a remote agent can stand as well.
//
// Reading calls are repeated once on a new connection when the agent went away before it answered; changing ones are
// not, since nobody knows whether they were carried out, and their error says so.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "ctl/connection.hpp"
#include "ctl/model.hpp"

namespace mcpctl::ctl {

// Paths of a job that was accepted and of the instance that it works on.
struct AcceptedJob {
    std::string job;
    std::string instance;
};

// A session with a stdio server: what is written is its stdin, what is read is its stdout.
struct OpenedSession {
    UniqueFd socket;
    std::string id;
};

struct StartOptions {
    std::optional<std::string> name;
};
struct StopOptions {
    std::optional<Duration> drain_timeout;
};
struct RestartOptions {
    std::optional<Duration> drain_timeout;
    bool refresh = false;
};

// As the contract has them; what is empty is not sent.
struct LogOptions {
    std::optional<std::uint64_t> tail;
    std::string cursor;
    std::string since;
    std::string until;
    std::string level;
    std::string grep;
};

struct AuditOptions {
    std::optional<std::uint64_t> tail;
    std::string cursor;
    std::string since;
    std::string until;
    std::string instance;
    std::string actor;
    std::string action;
    std::string result;
};

struct TokenOptions {
    std::vector<std::string> scopes;
    std::vector<std::string> profiles;
    std::optional<Duration> expires_in;
};

class Caller;

class AgentClient {
  public:
    using Connector =
        std::function<Result<std::unique_ptr<Connection>>(SteadyClock::time_point deadline, int interrupt_fd)>;

    // Connects when it is first needed.
    explicit AgentClient(Connector connector);
    AgentClient(const AgentClient&) = delete;
    AgentClient& operator=(const AgentClient&) = delete;
    ~AgentClient();

    // From now on a readable `fd` ends every call and wait; -1 for none. was_interrupted() tells.
    void watch_interrupt(int fd);
    [[nodiscard]] bool was_interrupted() const;

    Result<AgentInfo> agent();
    Result<std::vector<ServerInfo>> servers();
    Result<std::vector<ProfileInfo>> profiles();
    Result<std::vector<InstanceInfo>> instances();
    Result<std::vector<JobInfo>> jobs();

    // JSON texts.
    Result<std::string> server_definition(const std::string& name);
    Result<std::string> profile_definition(const std::string& name);
    // As JSON: what its next instance would run under.
    Result<std::string> effective_settings(const std::string& profile);
    Result<void> add_server(const std::string& definition);
    Result<void> add_profile(const std::string& definition);
    Result<void> remove_server(const std::string& name);
    Result<void> remove_profile(const std::string& name);

    // `reference` is a name, an id, or a prefix of one.
    Result<InstanceInfo> find_instance(const std::string& reference);
    Result<InstanceInfo> instance_at(const std::string& path);
    Result<std::vector<std::string>> failure_log(const InstanceInfo& instance);
    // JSON text: an array of units or containers.
    Result<std::string> workloads(const InstanceInfo& instance);

    // Asks the server now, which takes as long as its profile's health.timeout.
    Result<HealthInfo> check_health(const InstanceInfo& instance);
    // As it was known last, and what the instance uses.
    Result<HealthInfo> statistics(const InstanceInfo& instance);
    // Newest first.
    Result<std::vector<HealthChangeInfo>> health_history(const InstanceInfo& instance, std::uint32_t count);

    // Where no standby is ready, a process is started first, which takes as long as the server takes.
    Result<OpenedSession> open_session(const InstanceInfo& instance, std::chrono::seconds patience);
    Result<std::vector<SessionInfo>> sessions(const InstanceInfo& instance);
    Result<void> close_session(const InstanceInfo& instance, const std::string& session);

    Result<LogPage> logs(const InstanceInfo& instance, const LogOptions& options);
    Result<LogPage> logs_of_removed(const std::string& id, const LogOptions& options);
    // A pipe that carries a JSON object a line.
    Result<UniqueFd> follow_logs(const InstanceInfo& instance, const LogOptions& options);

    Result<LogPage> audit(const AuditOptions& options);
    Result<UniqueFd> follow_audit(const AuditOptions& options);

    // Gives the secret.
    Result<std::string> create_token(const std::string& name, const TokenOptions& options);
    Result<void> revoke_token(const std::string& name);
    Result<std::vector<TokenInfo>> tokens();

    Result<void> set_secret(const std::string& name, const std::vector<std::uint8_t>& value);
    Result<void> remove_secret(const std::string& name);
    Result<std::vector<SecretInfo>> secrets();

    // First a snapshot, then each change; another snapshot where the agent was away. Until `take` says false or it is
    // interrupted, which are no errors.
    Result<void> follow_events(const std::function<bool(const Event&)>& take);

    // These subscribe to the end of jobs before they call, so that no end can be missed.
    Result<AcceptedJob> start(const std::string& profile, const StartOptions& options);
    Result<AcceptedJob> stop(const InstanceInfo& instance, const StopOptions& options);
    Result<AcceptedJob> restart(const InstanceInfo& instance, const RestartOptions& options);

    // Reads the job and follows it from now on; NotFound when the agent does not know it (any more).
    Result<JobInfo> follow(const std::string& job_path);
    // The followed job as far as it is known.
    [[nodiscard]] const JobInfo& followed() const { return followed_; }
    // Sleeps until something about the followed job changed (done), or as Connection::run_until() says.
    Wake wait_for_change(SteadyClock::time_point deadline);
    // Waits; false when interrupted.
    [[nodiscard]] bool pause(std::chrono::milliseconds duration);
    // Forgets a broken connection; the next call makes a new one.
    void disconnect();
    Result<std::vector<std::string>> last_lines(const std::string& job_path);

  private:
    Result<void> subscribe_to_ends();
    Result<JobInfo> read_job(const std::string& job_path);

    std::unique_ptr<Caller> caller_;
    JobInfo followed_;
    bool followed_changed_ = false;
};

}  // namespace mcpctl::ctl
