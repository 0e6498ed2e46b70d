// What the agent tells about its objects, as plain values. Times are µs since 1970-01-01 UTC, 0 for never.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mcpctl::ctl {

struct AgentInfo {
    std::string version;
    std::string installation_id;
    std::vector<std::string> busy_reasons;
};

struct ServerInfo {
    std::string name;
    std::string description;
    std::string transport;
    std::string version;
};

struct ProfileInfo {
    std::string name;
    std::string server;
    std::string runtime;
    bool autostart = false;
};

struct InstanceInfo {
    std::string path;
    std::string id;
    std::string name;
    std::string profile;
    std::string server;
    std::string runtime;
    std::string engine;    // of its container
    std::string image_id;  // the same
    std::string transport;
    std::string state;
    std::string desired;
    std::uint64_t generation = 0;
    std::string runtime_id;
    std::string unit;
    std::uint16_t port = 0;
    std::string endpoint;
    std::string reason_code;
    std::string reason;
    std::uint32_t restarts = 0;
    std::string readiness;  // ready, not-ready or unknown
    std::string liveness;   // alive, dead or unknown
    bool alert = false;
    std::string health_reason;  // why it is not ready, or what the alert is about
    std::uint64_t health_changed_at = 0;
    std::uint32_t sessions = 0;  // of a stdio server: open ones
    std::uint32_t standbys = 0;  // and processes that are ready to be handed over
    std::uint64_t created_at = 0;
    std::uint64_t started_at = 0;
    std::uint64_t unreachable_since = 0;  // 0: its engine answers

    // Clients reach it by sessions instead of an endpoint.
    [[nodiscard]] bool has_sessions() const { return transport == "stdio"; }
};

// What a check has found, and what the instance uses. Nothing where it is not known.
struct HealthInfo {
    std::string readiness;
    std::string liveness;
    bool alert = false;
    std::string reason;
    std::uint32_t failure_threshold = 0;
    std::uint32_t consecutive_failures = 0;
    std::uint32_t consecutive_successes = 0;
    std::uint64_t checks = 0;
    std::string last_error;
    std::string generation;                // of the protocol: legacy, modern or unknown
    std::optional<std::uint64_t> latency;  // of the last answer, µs
    std::uint64_t lateness = 0;            // of the last check behind its schedule, µs
    std::uint64_t last_checked = 0;
    std::uint64_t last_transition = 0;
    std::optional<std::uint64_t> memory;  // bytes
    std::optional<std::uint64_t> cpu;     // µs of processor time
    std::optional<std::uint64_t> tasks;
    std::optional<std::uint64_t> uptime;  // µs
    std::map<std::string, std::uint64_t> restarts_by_reason;
    std::uint64_t log_entries = 0;
    std::uint64_t suppressed_log_entries = 0;

    // The last check was answered: one failure does not make it "not ready" yet, but it is no success.
    [[nodiscard]] bool answers() const { return readiness == "ready" && consecutive_failures == 0; }
};

struct HealthChangeInfo {
    std::uint64_t at = 0;
    std::string readiness;
    std::string liveness;
    bool alert = false;
    std::string reason;
};

// A change of one of the agent's public objects, or everything there is.
struct Event {
    std::string name;  // snapshot; instance, job, profile, server; instance-removed, …
    std::string data;  // JSON
};

struct SessionInfo {
    std::string instance;  // its name
    std::string id;
    std::string unit;
    std::uint32_t pid = 0;
    std::string state;  // open, ending or ended
    bool cold = false;  // no standby was ready for it
    std::uint32_t peer_uid = 0;
    std::uint32_t peer_pid = 0;  // 0: not known
    std::uint64_t generation = 0;
    std::uint64_t opened_at = 0;
    std::uint64_t ended_at = 0;
    std::string reason_code;
    std::string reason;
};

struct TokenInfo {
    std::string name;
    std::vector<std::string> scopes;
    std::vector<std::string> profiles;  // empty: all
    std::uint32_t created_by = 0;       // uid
    std::uint64_t created_at = 0;
    std::uint64_t expires_at = 0;    // 0: never
    std::uint64_t last_used_at = 0;  // 0: never
};

struct SecretInfo {
    std::string name;
    std::uint64_t set_at = 0;
    std::vector<std::string> used_by;  // "server x", "profile x", "instance x"
};

// Of a log or of the audit trail.
struct LogPage {
    std::vector<std::string> lines;  // JSON objects
    std::string cursor;              // where the next page begins
    bool more = false;
};

struct JobInfo {
    std::string path;
    std::uint64_t id = 0;
    std::string kind;
    std::string instance_id;
    std::string state;
    std::string progress;
    std::string error;    // code, empty unless failed or canceled
    std::string message;  // as dbus::error_from() takes it apart
    std::uint64_t created_at = 0;
    std::uint64_t finished_at = 0;

    [[nodiscard]] bool ended() const { return !state.empty() && state != "running"; }
};

}  // namespace mcpctl::ctl
