// What the agent tells about its objects, as plain values. Times are µs since 1970-01-01 UTC, 0 for never.
#pragma once

#include <cstdint>
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
    std::uint64_t created_at = 0;
    std::uint64_t started_at = 0;
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
