// One process of a stdio server, as the agent holds it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "agent/core/runtime.hpp"
#include "agent/core/session.hpp"
#include "base/unique_fd.hpp"

namespace mcpctl {

enum class ProcessRole : std::uint8_t {
    standby,  // started and waiting
    session,  // handed over, to one client for good
};

// When a process is ended, and why.
struct EndPlan {
    std::string cause;               // for people: "the client closed it"
    Clock::time_point terminate_at;  // end of input and SIGTERM
    Clock::time_point kill_at;
    bool terminated = false;
    bool killed = false;
};

struct StdioProcess {
    WorkloadRef ref;
    ProcessRole role = ProcessRole::standby;
    bool launched = false;  // PID 1 has it
    bool ready = false;     // a standby that may be handed over
    bool checked = false;   // a ping of it is not answered yet: nobody may have it meanwhile
    bool ended = false;
    // The client's end, until it is handed over: a duplicate of it anywhere would hide that the client is gone.
    UniqueFd client;
    // A duplicate of the process's end. Never read; through it the end of the client is noticed, and input and output
    // are ended.
    UniqueFd server;
    int pid = 0;
    std::string runtime_id;
    std::string image;  // of its container
    WallTime started_at = 0;
    std::optional<EndPlan> end;
    std::optional<Reason> fault;  // why it is ended although nobody asked for it
    Reason reason;                // how it ended
    // Of a session.
    bool cold = false;
    SessionPeer peer;
    WallTime opened_at = 0;

    Condition changed;
};

[[nodiscard]] SessionRecord record_of(const StdioProcess& process);

using ProcessPtr = std::shared_ptr<StdioProcess>;

}  // namespace mcpctl
