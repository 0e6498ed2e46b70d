// Everything that mcpctl asks of the agent, typed, whichever way leads to it.
//
// Reading calls are repeated once on a new connection when the agent went away before it answered; changing ones are
// not, since nobody knows whether they were carried out, and their error says so.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "ctl/log_follow.hpp"
#include "ctl/model.hpp"
#include "ctl/wake.hpp"

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

class AgentClient {
  public:
    AgentClient() = default;
    AgentClient(const AgentClient&) = delete;
    AgentClient& operator=(const AgentClient&) = delete;
    virtual ~AgentClient() = default;

    // From now on a readable `fd` ends every call and wait; -1 for none. was_interrupted() tells.
    virtual void watch_interrupt(int fd) = 0;
    [[nodiscard]] virtual bool was_interrupted() const = 0;

    virtual Result<AgentInfo> agent() = 0;
    virtual Result<std::vector<ServerInfo>> servers() = 0;
    virtual Result<std::vector<ProfileInfo>> profiles() = 0;
    virtual Result<std::vector<InstanceInfo>> instances() = 0;
    virtual Result<std::vector<JobInfo>> jobs() = 0;

    // JSON texts.
    virtual Result<std::string> server_definition(const std::string& name) = 0;
    virtual Result<std::string> profile_definition(const std::string& name) = 0;
    // As JSON: what its next instance would run under.
    virtual Result<std::string> effective_settings(const std::string& profile) = 0;
    virtual Result<void> add_server(const std::string& definition) = 0;
    virtual Result<void> add_profile(const std::string& definition) = 0;
    virtual Result<void> remove_server(const std::string& name) = 0;
    virtual Result<void> remove_profile(const std::string& name) = 0;

    // `reference` is a name, an id, or a prefix of one.
    virtual Result<InstanceInfo> find_instance(const std::string& reference) = 0;
    virtual Result<InstanceInfo> instance_at(const std::string& path) = 0;
    virtual Result<std::vector<std::string>> failure_log(const InstanceInfo& instance) = 0;
    // JSON text: an array of units or containers.
    virtual Result<std::string> workloads(const InstanceInfo& instance) = 0;

    // Asks the server now, which takes as long as its profile's health.timeout.
    virtual Result<HealthInfo> check_health(const InstanceInfo& instance) = 0;
    // As it was known last, and what the instance uses.
    virtual Result<HealthInfo> statistics(const InstanceInfo& instance) = 0;
    // Newest first.
    virtual Result<std::vector<HealthChangeInfo>> health_history(const InstanceInfo& instance, std::uint32_t count) = 0;

    // Whether this program can speak with its server at all; if not, why.
    [[nodiscard]] virtual Result<void> reach(const InstanceInfo& instance) = 0;
    // Where no standby is ready, a process is started first, which takes as long as the server takes.
    virtual Result<OpenedSession> open_session(const InstanceInfo& instance, std::chrono::seconds patience) = 0;
    virtual Result<std::vector<SessionInfo>> sessions(const InstanceInfo& instance) = 0;
    virtual Result<void> close_session(const InstanceInfo& instance, const std::string& session) = 0;

    virtual Result<LogPage> logs(const InstanceInfo& instance, const LogOptions& options) = 0;
    virtual Result<LogPage> logs_of_removed(const std::string& id, const LogOptions& options) = 0;
    // JSON objects.
    virtual Result<std::unique_ptr<LogFollow>> follow_logs(const InstanceInfo& instance, const LogOptions& options) = 0;

    virtual Result<LogPage> audit(const AuditOptions& options) = 0;
    // A pipe that carries a JSON object a line.
    virtual Result<UniqueFd> follow_audit(const AuditOptions& options) = 0;

    // Gives the secret.
    virtual Result<std::string> create_token(const std::string& name, const TokenOptions& options) = 0;
    virtual Result<void> revoke_token(const std::string& name) = 0;
    virtual Result<std::vector<TokenInfo>> tokens() = 0;

    virtual Result<void> set_secret(const std::string& name, const std::vector<std::uint8_t>& value) = 0;
    virtual Result<void> remove_secret(const std::string& name) = 0;
    virtual Result<std::vector<SecretInfo>> secrets() = 0;

    // First a snapshot, then each change; another snapshot where the agent was away. Until `take` says false or it is
    // interrupted, which are no errors.
    virtual Result<void> follow_events(const std::function<bool(const Event&)>& take) = 0;

    // These subscribe to the end of jobs before they call, so that no end can be missed.
    virtual Result<AcceptedJob> start(const std::string& profile, const StartOptions& options) = 0;
    virtual Result<AcceptedJob> stop(const InstanceInfo& instance, const StopOptions& options) = 0;
    virtual Result<AcceptedJob> restart(const InstanceInfo& instance, const RestartOptions& options) = 0;

    // Reads the job and follows it from now on; NotFound when the agent does not know it (any more).
    virtual Result<JobInfo> follow(const std::string& job_path) = 0;
    // The followed job as far as it is known.
    [[nodiscard]] virtual const JobInfo& followed() const = 0;
    // Sleeps until something about the followed job changed (done), or as Wake says.
    virtual Wake wait_for_change(SteadyClock::time_point deadline) = 0;
    // Waits; false when interrupted.
    [[nodiscard]] virtual bool pause(std::chrono::milliseconds duration) = 0;
    // Forgets the connection; the next call makes a new one. What is followed goes on.
    virtual void disconnect() = 0;
    virtual Result<std::vector<std::string>> last_lines(const std::string& job_path) = 0;
};

}  // namespace mcpctl::ctl
