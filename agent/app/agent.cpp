#include "agent/app/agent.hpp"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <format>
#include <utility>

#include "agent/systemd/unit_name.hpp"
#include "base/journal.hpp"

namespace mcpctl {

Agent::Agent(const asio::any_io_executor& executor, Configuration configuration, Ports ports, StoredState state,
             Inherited inherited)
    : executor_(executor),
      store_(ports.store),
      configuration_(std::move(configuration)),
      recorded_boot_(state.boot),
      jobs_(executor, registry_, ports.store, state.last_job),
      runtime_(executor, registry_, ports.runtime, configuration_.engines, state.installation_id),
      kept_(std::move(inherited.kept)),
      sessions_(executor, registry_, ports.store, runtime_, ports.keeper),
      catalog_(registry_, ports.store),
      lifecycle_(executor, registry_, ports.store, runtime_, ports.probe, sessions_, jobs_, configuration_.ports),
      supervisor_(executor, registry_, ports.store, runtime_, ports.probe),
      health_(executor, registry_, sessions_, {runtime_, ports.probe, ports.history}),
      reconciler_(executor, registry_, ports.store, runtime_, sessions_, lifecycle_, supervisor_),
      auditor_(registry_, ports.store),
      restarts_(registry_),
      tokens_(registry_, ports.store),
      secrets_(registry_, ports.store, ports.vault),
      idle_([this] { return busy_reasons(); }),
      logs_(ports.logs),
      log_ends_(ports.logs),
      audit_(ports.audit),
      context_{.executor = executor,
               .registry = registry_,
               .catalog = catalog_,
               .lifecycle = lifecycle_,
               .runtime = runtime_,
               .sessions = sessions_,
               .health = health_,
               .restarts = restarts_,
               .logs = logs_,
               .audit = audit_,
               .tokens = tokens_,
               .secrets = secrets_,
               .calls = calls_,
               .followers = followers_,
               .installation_id = state.installation_id,
               .unit_of = [](const WorkloadRef& workload) { return systemd::unit_name(workload); },
               .busy_reasons = [this] { return idle_.reasons(); },
               .called = [this] { idle_.touch(); }},
      bus_(context_) {
    if (inherited.socket) {
        listener_.emplace(context_, std::move(inherited.socket));
    }
    audit_.on_arrived([this](std::uint64_t seq) {
        ++forgetting_;
        spawn_detached(executor_, "forgetting audit records", forget_arrived(seq));
    });
    store_.on_audited([this](std::vector<AuditRecord> records) { audit_.add(std::move(records)); });
    audit_.resume(std::move(state.outbox), state.last_audit);
    tokens_.load(std::move(state.tokens));
    tokens_.let_define(configuration_.tokens_define);
    load(std::move(state));
    registry_.observe(idle_);
    registry_.observe(log_ends_);
    logs_.on_follower_ended([this] { idle_.touch(); });
    audit_.on_quiet([this] { idle_.touch(); });
}

void Agent::load(StoredState state) {
    for (ServerDefinition& server : state.servers) {
        registry_.put_server(std::move(server));
    }
    for (ProfileDefinition& profile : state.profiles) {
        registry_.put_profile(std::move(profile));
    }
    for (Instance& instance : state.instances) {
        registry_.put_instance(std::move(instance));
    }
    for (Job& job : state.jobs) {
        const JobId id = job.id;
        const bool ended = job.ended();
        registry_.put_job(std::move(job));
        if (ended) {
            jobs_.keep_readable(id);
        }
    }
}

std::vector<std::string> Agent::busy_reasons() const {
    std::vector<std::string> reasons;
    const auto add = [&](std::size_t count, std::string_view what) {
        if (count > 0) {
            reasons.push_back(std::format("{} {}", count, what));
        }
    };
    add(registry_.instances().size(), "instances exist");
    add(std::size_t(std::ranges::count_if(registry_.jobs(), [](const auto& entry) { return !entry.second.ended(); })),
        "jobs are under way");
    add(logs_.followers(), "readers follow logs");
    add(audit_.followers(), "readers follow the audit trail");
    add(audit_.pending() + forgetting_, "audit records are on their way to the journal");
    add(calls_.taken(), "calls are under way");
    add(listener_ ? listener_->peers() : 0, "clients are connected to the agent's socket");
    return reasons;
}

// Where the store does not, the next agent finds them in the journal.
Task<void> Agent::forget_arrived(std::uint64_t seq) {
    (void)co_await store_.commit({AuditArrived{seq}});
    --forgetting_;
    idle_.touch();
}

Task<int> Agent::run() {
    runtime_.on_events(
        {.changed =
             [this](const WorkloadRef& workload) {
                 lifecycle_.wake(workload.instance);
                 workload.process == 0 ? supervisor_.notice(workload) : sessions_.notice(workload);
             },
         .lost_track = [this] { spawn_detached(executor_, "looking at all instances", reconciler_.after_gap()); }});
    co_await reconciler_.at_start(recorded_boot_, std::exchange(kept_, {}));
    co_await health_.recall();
    co_await bus_.connect();
    if (listener_) {
        listener_->start();
    }
    (void)sd_notify(0, "READY=1");
    spawn_detached(executor_, "watching health", health_.run());
    spawn_detached(executor_, "feeding the watchdog", feed_watchdog());
    spawn_detached(executor_, "waiting for idleness", wait_for_end());
    co_await ended_.wait_until(Clock::time_point::max());
    if (!terminated_) {
        co_return co_await leave_when_idle();
    }
    audit_.flush();
    (void)sd_notify(0, "STOPPING=1");
    co_return 0;
}

Task<void> Agent::wait_for_end() {
    co_await idle_.wait_until_idle(configuration_.idle_timeout);
    ended_.notify();
}

// No call is lost: PID 1 knows that we stop before the bus knows that the name is free, so that what arrives from then
// on starts the next agent when we are gone; what arrived before is answered here.
Task<int> Agent::leave_when_idle() {
    (void)sd_notify(0, "STOPPING=1");
    (void)sd_notify_barrier(0, 2'000'000);
    if (listener_) {
        listener_->stop();
    }
    bus_.release_name();
    // A call answered here may bring more of them with it, for example a peer that was just accepted. One that waits
    // for somebody's password is left without an answer: PID 1 would kill the agent (TimeoutStopSec).
    const auto deadline = Clock::now() + std::chrono::seconds(5);
    while (bus_.calls_under_way() && Clock::now() < deadline) {
        co_await wait_for(std::chrono::milliseconds(1));
    }
    audit_.flush();
    co_return busy_reasons().empty() ? 0 : exit_start_again;
}

void Agent::terminate() {
    terminated_ = true;
    ended_.notify();
}

void Agent::reload() {
    const auto now = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch());
    (void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", static_cast<long long>(now.count()));
    if (const auto configuration = read_configuration(configuration_files())) {
        configuration_ = *configuration;
        lifecycle_.use_ports(configuration_.ports);
        tokens_.let_define(configuration_.tokens_define);
        log::info("configuration read again");
    } else {
        log::error(std::format("the configuration stays as it was: {}", configuration.error().reason));
    }
    idle_.touch();
    (void)sd_notify(0, "READY=1");
}

Task<void> Agent::feed_watchdog() {
    std::uint64_t interval = 0;
    if (sd_watchdog_enabled(0, &interval) <= 0) {
        co_return;
    }
    while (co_await wait_for(std::chrono::microseconds(interval / 2))) {
        (void)sd_notify(0, "WATCHDOG=1");
    }
}

}  // namespace mcpctl
