// What this installation looks like, as far as whoever asks may see it. Gathered first and judged afterwards.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ctl/model.hpp"

namespace mcpctl::ctl {

// A way to the agent. `problem` is empty where it answered.
struct WayFacts {
    std::string agent_version;
    std::string problem;
};

struct UnitFacts {
    std::string name;
    std::string load;         // loaded, not-found, masked, bad-setting, error
    std::string active;       // active, inactive, failed, …
    std::string file;         // enabled, disabled, masked, …; empty where there is none
    std::string result = {};  // success, exit-code, start-limit-hit, …
    bool needs_reload = false;
};

struct EngineFacts {
    std::string name;
    std::string unit;    // whose journal limit its containers share
    std::string socket;  // path
    bool installed = false;
    bool may_use = false;
    std::string problem = {};                     // empty where it answered, or where we may not ask
    std::optional<std::uint32_t> log_burst = {};  // of its unit; 0: journald's own
};

struct JournalFacts {
    bool persistent = false;
    std::uint64_t free_bytes = 0;
    std::optional<std::uint64_t> used_bytes = {};  // where we may read it
    std::uint64_t oldest = 0;                      // µs since 1970; 0: not known
};

struct Facts {
    std::string tool_version;
    bool has_group = false;  // "mcpctl" exists
    bool socket_exists = false;
    bool may_use_socket = false;
    WayFacts socket;

    std::string bus_problem;  // empty: the system bus can be reached
    bool agent_is_activatable = false;
    WayFacts bus;

    std::string systemd_version;
    bool has_unified_cgroups = false;
    std::set<std::string> controllers;
    std::vector<UnitFacts> units;

    std::string polkit_problem;
    std::size_t polkit_actions = 0;  // of ours

    std::vector<EngineFacts> engines;

    bool has_credentials_service = false;
    bool has_host_key = false;
    bool has_tpm = false;

    JournalFacts journal;
    std::uint64_t state_free_bytes = 0;  // where the agent keeps its store
    bool state_is_read_only = false;

    std::vector<InstanceInfo> instances;
};

constexpr std::size_t polkit_actions_of_ours = 7;

}  // namespace mcpctl::ctl
