// What callers ask for: opening, closing, listing.
#include "agent/core/sessions.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <format>

#include "agent/core/descriptor_names.hpp"
#include "agent/core/enum_names.hpp"

namespace mcpctl {
namespace {

// Of a check that an opening session waits for.
constexpr auto longest_check = std::chrono::milliseconds(100);

bool is_ready_standby(const StdioProcess& process, std::uint64_t generation) {
    return process.role == ProcessRole::standby && process.ready && !process.end &&
           process.ref.generation == generation;
}

}  // namespace

Sessions::Sessions(const asio::any_io_executor& executor, Registry& registry, Store& store, Runtime& runtime,
                   DescriptorKeeper& keeper)
    : executor_(executor),
      registry_(registry),
      store_(store),
      runtime_(runtime),
      keeper_(keeper),
      hangups_(executor, [this](std::uint64_t process) { hung_up(process); }) {
    registry_.observe(*this);
}

Sessions::~Sessions() {
    registry_.unobserve(*this);
}

void Sessions::instance_changed(const Instance& /*before*/, const Instance& now) {
    if (const auto position = pools_.find(now.id); position != pools_.end()) {
        position->second.opening.notify();
    }
}

// A caller during a start or restart would only have to try again.
Task<void> Sessions::while_starting(InstanceId id) {
    const Instance* instance = registry_.instance(id);
    if (instance == nullptr || !instance->config.server.speaks_stdio()) {
        co_return;
    }
    const auto deadline = Clock::now() + instance->config.profile.start_timeout;
    while (instance != nullptr && standby(id) == nullptr &&
           (instance->state == InstanceState::starting || instance->state == InstanceState::restarting)) {
        Condition& opening = pools_[id].opening;
        const auto seen = opening.count();
        if (!co_await opening.wait_until(deadline, seen)) {
            co_return;
        }
        instance = registry_.instance(id);
    }
}

// The answer to a check is a matter of milliseconds, and quicker than any process is started.
Task<void> Sessions::while_checked(InstanceId id) {
    if (standby(id) != nullptr && oldest_standby(id, true) == nullptr) {
        Condition& opening = pools_[id].opening;
        co_await opening.wait_until(Clock::now() + longest_check, opening.count());
    }
}

Result<const Instance*> Sessions::may_open(const InstanceId& id) const {
    const Instance* instance = registry_.instance(id);
    if (instance == nullptr) {
        return fail(ErrorCode::NotFound, "the instance is gone", "instance");
    }
    if (!instance->config.server.speaks_stdio()) {
        return fail(ErrorCode::NotSupported,
                    std::format("{} speaks HTTP: its sessions are made at its endpoint", instance->name), {},
                    std::format("connect to {}", instance->endpoint()));
    }
    const bool up = instance->state == InstanceState::running ||
                    (instance->state == InstanceState::starting && standby(id) != nullptr);
    if (!up) {
        const std::string why = instance->reason.text.empty() ? "" : std::format(": {}", instance->reason.text);
        return fail(ErrorCode::NotReady, std::format("{} is {}{}", instance->name, spelt(instance->state), why), {},
                    std::format("see mcpctl status {}", instance->name));
    }
    return instance;
}

Result<void> Sessions::has_room(const Instance& instance) const {
    const Pool* own = pool(instance.id);
    const std::uint32_t most = instance.config.profile.max_sessions;
    if (own != nullptr && own->processes.size() >= most) {
        return fail(ErrorCode::LimitsExceeded,
                    std::format("{} has {} processes, and its profile allows no more", instance.name, most),
                    "maxSessions", "close sessions, or raise maxSessions in the profile and restart with refresh");
    }
    if (kept_descriptors() + 2 > DescriptorKeeper::capacity) {
        return fail(ErrorCode::LimitsExceeded, "the agent holds as many sessions and standbys as it can", {},
                    "close sessions; mcpctl sessions lists them");
    }
    return {};
}

Result<void> Sessions::may_have_another(uid_t user) const {
    const auto of_user = [user](const auto& entry) {
        return entry.second->role == ProcessRole::session && entry.second->peer.uid == user;
    };
    if (user != 0 && std::size_t(std::ranges::count_if(by_number_, of_user)) >= most_of_user) {
        return fail(ErrorCode::LimitsExceeded, std::format("user {} has {} sessions", user, most_of_user), {},
                    "close some before you open more; mcpctl sessions lists them");
    }
    return {};
}

// The client's end leaves the keeper, and the other one changes its name there: from now on this is a session, also to
// the next agent.
void Sessions::become_session(StdioProcess& process, SessionPeer peer) {
    if (process.role == ProcessRole::standby) {
        keeper_.drop(client_descriptor_name(process));
        keeper_.drop(server_descriptor_name(process));
    }
    process.role = ProcessRole::session;
    process.peer = peer;
    process.opened_at = wall_time_now();
    keeper_.keep(server_descriptor_name(process), process.server.get());
    hangups_.add(process.server.get(), process.ref.process);
}

Task<Result<OpenedSession>> Sessions::open(InstanceId id, SessionPeer peer, Actor actor) {
    co_await while_starting(id);
    co_await while_checked(id);
    const auto allowed = may_open(id);
    if (!allowed) {
        co_return std::unexpected(allowed.error());
    }
    if (const auto more = may_have_another(peer.uid); !more) {
        co_return std::unexpected(more.error());
    }
    const Instance instance = **allowed;
    ProcessPtr process = hand_over_standby(instance, peer);
    if (!process) {
        if (const auto room = has_room(instance); !room) {
            co_return std::unexpected(room.error());
        }
        auto started = co_await open_cold(instance, peer);
        if (!started) {
            refill(id);
            co_return std::unexpected(started.error().error);
        }
        process = *std::move(started);
    }
    AuditRecord record = audit_of(AuditAction::open_session, actor, instance);
    record.session = process_text(process->ref.process);
    store_.commit_later({std::move(record)});
    OpenedSession opened{std::move(process->client), process->ref.process};
    refill(id);
    show_standby(id);
    co_return opened;
}

// Nothing where no standby is ready. PID 1's duplicate of the client's end would hide that the client is gone, so its
// removal is on the way before anybody can have the descriptor. It is not waited for: PID 1 forks to close a
// descriptor, and a session would cost milliseconds more for an end of input that is late by as much at worst.
ProcessPtr Sessions::hand_over_standby(const Instance& instance, SessionPeer peer) {
    const StdioProcess* ready = oldest_standby(instance.id, true);
    if (ready == nullptr) {
        return nullptr;
    }
    const ProcessPtr process = by_number_.at(ready->ref.process);
    become_session(*process, peer);
    return process;
}

Task<Started<ProcessPtr>> Sessions::open_cold(Instance instance, SessionPeer peer) {
    auto made = make_process(instance, ProcessRole::session);
    if (!made) {
        co_return start_failed(made.error());
    }
    const ProcessPtr process = *std::move(made);
    process->cold = true;
    become_session(*process, peer);
    // Standbys are started when nobody waits: PID 1 starts one unit after the other.
    ++pools_[instance.id].cold_starts;
    auto launched = co_await launch(process, instance);
    Pool& own = pools_[instance.id];
    --own.cold_starts;
    own.last_start_failure = launched ? "" : launched.error().reason.text;
    if (launched && (process->end || process->ended)) {
        co_return start_failed(ErrorCode::Canceled, ReasonCode::none, "the process ended as the session was opened");
    }
    co_return launched;
}

Result<void> Sessions::close(const InstanceId& id, std::uint64_t session, const Actor& actor) {
    const Pool* own = pool(id);
    const auto position = own == nullptr ? Processes::const_iterator() : own->processes.find(session);
    if (own == nullptr || position == own->processes.end() || position->second->role != ProcessRole::session) {
        return fail(ErrorCode::NotFound, "no such session is open", "session", "see mcpctl sessions");
    }
    StdioProcess& process = *position->second;
    const Instance* instance = registry_.instance(id);
    const auto now = Clock::now();
    const Duration timeout = instance == nullptr ? Duration::zero() : instance->config.profile.drain_timeout;
    plan_end(process, {.cause = "closed on request",
                       .terminate_at = now + std::min<Duration>(after_hangup, timeout / 2),
                       .kill_at = now + timeout});
    ::shutdown(process.server.get(), SHUT_RD);
    if (instance != nullptr) {
        AuditRecord record = audit_of(AuditAction::close_session, actor, *instance);
        record.session = process_text(session);
        store_.commit_later({std::move(record)});
    }
    return {};
}

std::vector<SessionRecord> Sessions::sessions(const InstanceId& id) const {
    const Pool* own = pool(id);
    if (own == nullptr) {
        return {};
    }
    std::vector<SessionRecord> records(own->ended.begin(), own->ended.end());
    for (const auto& [number, process] : own->processes) {
        if (process->role == ProcessRole::session) {
            records.push_back(record_of(*process));
        }
    }
    std::ranges::stable_sort(records, {}, &SessionRecord::opened_at);
    return records;
}

std::vector<StdioWorkload> Sessions::workloads(const InstanceId& id) const {
    std::vector<StdioWorkload> found;
    if (const Pool* own = pool(id); own != nullptr) {
        for (const auto& [number, process] : own->processes) {
            WorkloadStatus status;
            status.phase = !process->launched ? WorkloadPhase::starting
                           : process->end     ? WorkloadPhase::stopping
                                              : WorkloadPhase::running;
            status.runtime_id = process->runtime_id;
            status.pid = process->pid;
            status.since = process->started_at;
            found.push_back({process->ref, process->role, status});
        }
    }
    std::ranges::stable_sort(found, {}, [](const StdioWorkload& workload) { return workload.status.since; });
    return found;
}

const StdioProcess* Sessions::standby(const InstanceId& id) const {
    return oldest_standby(id, false);
}

const StdioProcess* Sessions::oldest_standby(const InstanceId& id, bool free) const {
    const Pool* own = pool(id);
    const Instance* instance = registry_.instance(id);
    const StdioProcess* oldest = nullptr;
    if (own != nullptr && instance != nullptr) {
        for (const auto& [number, process] : own->processes) {
            if (is_ready_standby(*process, instance->generation) && !(free && process->checked) &&
                (oldest == nullptr || process->started_at < oldest->started_at)) {
                oldest = process.get();
            }
        }
    }
    return oldest;
}

std::uint32_t Sessions::open_sessions(const InstanceId& id) const {
    return count(id, [](const StdioProcess& process) { return process.role == ProcessRole::session && !process.end; });
}

std::uint32_t Sessions::ready_standbys(const InstanceId& id) const {
    return count(id, [](const StdioProcess& process) { return is_ready_standby(process, process.ref.generation); });
}

std::uint32_t Sessions::count(const InstanceId& id, bool (*counts)(const StdioProcess&)) const {
    const Pool* own = pool(id);
    return own == nullptr ? 0 : std::uint32_t(std::ranges::count_if(own->processes, [&](const auto& entry) {
        return counts(*entry.second);
    }));
}

// Of a standby both ends are kept, of a session only the server's.
std::size_t Sessions::kept_descriptors() const {
    std::size_t kept = 0;
    for (const auto& [number, process] : by_number_) {
        kept += process->role == ProcessRole::standby ? 2 : 1;
    }
    return kept;
}

const Sessions::Pool* Sessions::pool(const InstanceId& id) const {
    const auto position = pools_.find(id);
    return position == pools_.end() ? nullptr : &position->second;
}

void Sessions::show_standby(const InstanceId& id) {
    const StdioProcess* oldest = standby(id);
    registry_.set_standby(id, oldest == nullptr ? 0 : oldest->ref.process, oldest == nullptr ? "" : oldest->runtime_id);
}

void Sessions::wake(const InstanceId& id) {
    if (const auto position = pools_.find(id); position != pools_.end() && *position->second.waiting != nullptr) {
        (*position->second.waiting)->changed.notify();
    }
}

}  // namespace mcpctl
