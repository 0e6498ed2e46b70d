#include "agent/relay/relay.hpp"

#include <systemd/sd-daemon.h>

#include <csignal>
#include <format>

#include "agent/core/container_secrets.hpp"
#include "agent/core/launch_failure.hpp"
#include "agent/docker/bound_paths.hpp"
#include "agent/relay/secret_files.hpp"
#include "base/journal.hpp"

namespace mcpctl::relay {
namespace {

using namespace std::chrono_literals;
using docker::Container;
using docker::RelayPhase;

constexpr auto between_tries = 250ms;
// What a container has written before its end arrives soon after it, unless the engine is gone.
constexpr auto late_output = 2s;

bool is_away(const Error& error) {
    return error.code == ErrorCode::Unavailable || error.code == ErrorCode::TimedOut;
}

// Whose container this is was checked by its labels; that it is the one of this unit, by its name.
bool is_ours(const Container& container, const Options& options) {
    return container.name == "/" + options.container &&
           docker::workload_of(container.name, container.labels, options.installation).has_value();
}

bool holds_secrets(const docker::Mount& mount, const Options& options) {
    return mount.source == secrets_of_container(options.container) && mount.destination == secrets_in_container &&
           !mount.writable;
}

constexpr std::int64_t terminated = 128 + SIGTERM;

// An end by SIGTERM is a proper one, to PID 1 too.
int exit_status_of(const Container& container) {
    if (container.exit_code == terminated) {
        return 0;
    }
    const bool passed_on = container.exit_code >= 0 && container.exit_code <= 255;
    return passed_on ? int(container.exit_code) : docker::relay_failed;
}

}  // namespace

Relay::Relay(const asio::any_io_executor& executor, Options options)
    : executor_(executor),
      options_(std::move(options)),
      engine_(executor, options_.engine),
      streams_(executor, !options_.stdio) {}

void Relay::tell(docker::RelayStatus status) {
    if (status != told_ || !ready_) {
        told_ = std::move(status);
        (void)sd_notifyf(0, "STATUS=%s", docker::relay_status_text(told_).c_str());
    }
}

void Relay::tell_running() {
    tell({.phase = RelayPhase::running, .container = container_.id, .image = container_.image, .pid = container_.pid});
    if (!std::exchange(ready_, true)) {
        (void)sd_notify(0, "READY=1");
    }
}

void Relay::tell_unreachable() {
    if (told_.phase != RelayPhase::unreachable) {
        tell({.phase = RelayPhase::unreachable,
              .container = container_.id,
              .image = container_.image,
              .pid = container_.pid,
              .since = wall_time_now()});
    }
}

int Relay::end(const Reason& reason, int status) {
    tell({.phase = RelayPhase::ended, .reason = reason});
    return status;
}

int Relay::give_up(const Error& error) {
    const bool explained = error.code == ErrorCode::StartFailed;
    const Reason reason =
        explained ? reason_of_launch_failure(error) : Reason{ReasonCode::engine_refused, error.reason};
    log::error(error.reason);
    return end(reason, docker::relay_failed);
}

Task<void> Relay::pause(Clock::duration duration) {
    co_await changed_.wait_until(Clock::now() + duration);
}

Task<int> Relay::run() {
    auto found = co_await find();
    if (!found) {
        co_return give_up(found.error());
    }
    if (const auto begun = co_await begin(*std::move(found)); !begun) {
        co_return give_up(begun.error());
    }
    const Container ended = co_await until_ended();
    co_await finish_output();
    if (ended.id.empty()) {
        co_return end({ReasonCode::vanished, "its container was removed outside mcpctl"}, docker::relay_failed);
    }
    if (lost_engine_ && !stopping_) {
        co_return end({ReasonCode::runtime_unavailable, "ended while its engine was away"}, docker::relay_failed);
    }
    co_return end(docker::reason_of_end(ended), exit_status_of(ended));
}

// Waits for the engine, however long it takes: PID 1 ends a start that takes too long.
Task<Result<Container>> Relay::find() {
    while (!stopping_) {
        auto found = co_await engine_.inspect(options_.container);
        if (found && !*found) {
            co_return fail(ErrorCode::NotFound, "its container was removed outside mcpctl");
        }
        if (found && !is_ours(**found, options_)) {
            co_return fail(ErrorCode::NotManaged, "a container of its name was not made by this installation");
        }
        if (found) {
            co_return **std::move(found);
        }
        if (!is_away(found.error())) {
            co_return std::unexpected(found.error());
        }
        tell_unreachable();
        co_await pause(between_tries);
    }
    co_return fail(ErrorCode::Canceled, "was stopped before it was started");
}

Task<Result<void>> Relay::begin(Container container) {
    container_ = std::move(container);
    if (container_.running) {
        // A relay before this one has started it. Its session's streams are lost, and with them the session.
        if (options_.stdio) {
            (void)co_await engine_.kill(container_.id, "SIGKILL");
            co_return fail(ErrorCode::StartFailed, "its streams were lost");
        }
        (void)co_await attach();
        tell_running();
        co_return Result<void>();
    }
    for (const docker::Mount& mount : container_.mounts) {
        if (holds_secrets(mount, options_)) {
            continue;
        }
        if (auto harmless = docker::check_on_disk(mount.source, options_.sockets); !harmless) {
            co_return harmless;
        }
    }
    if (auto placed = place_secrets(); !placed) {
        co_return placed;
    }
    co_return co_await start();
}

Task<Result<void>> Relay::start() {
    if (auto attached = co_await attach(); !attached) {
        co_return attached;
    }
    while (true) {
        auto started = co_await engine_.start(container_.id);
        if (started) {
            break;
        }
        if (!is_away(started.error()) || stopping_) {
            co_return started;
        }
        tell_unreachable();
        co_await pause(between_tries);
        if (!co_await engine_.ping()) {
            continue;
        }
        // What was attached went with the engine.
        if (auto attached = co_await attach(); !attached && !is_away(attached.error())) {
            co_return attached;
        }
    }
    // Its end is noticed when it is waited for.
    if (const auto now = co_await engine_.inspect(container_.id); now && *now) {
        container_ = **now;
    }
    lost_engine_ = false;
    tell_running();
    if (stopping_) {
        spawn_detached(executor_, "stopping", stop());
    }
    co_return Result<void>();
}

Task<Result<void>> Relay::attach() {
    const std::string streams = options_.stdio ? "stdin=1&stdout=1&stderr=1" : "stdout=1&stderr=1";
    const auto path = co_await engine_.path(std::format("/containers/{}/attach?stream=1&{}", container_.id, streams));
    if (!path) {
        co_return std::unexpected(path.error());
    }
    const auto attachment = std::make_shared<Attachment>(executor_);
    if (auto connected = co_await attachment->connect(options_.engine.socket, *path); !connected) {
        co_return connected;
    }
    attachment_ = attachment;
    spawn_detached(executor_, "passing output on", pass_output(attachment));
    if (options_.stdio) {
        spawn_detached(executor_, "passing input on", pass_input(attachment));
    }
    co_return Result<void>();
}

Task<void> Relay::pass_output(std::shared_ptr<Attachment> attachment) {
    co_await attachment->pass_output(streams_);
    attachment->close();
    if (attachment_ == attachment) {
        attachment_ = nullptr;
        changed_.notify();
    }
}

Task<void> Relay::pass_input(std::shared_ptr<Attachment> attachment) {
    co_await attachment->pass_input(streams_);
}

Task<void> Relay::finish_output() {
    const auto deadline = Clock::now() + late_output;
    while (attachment_ && Clock::now() < deadline) {
        const auto seen = changed_.count();
        co_await changed_.wait_until(deadline, seen);
    }
}

void Relay::terminate() {
    stopping_ = true;
    changed_.notify();
    // One that is being started is stopped when it is.
    if (ready_) {
        spawn_detached(executor_, "stopping", stop());
    }
}

Task<void> Relay::stop() {
    while (!co_await engine_.kill(container_.id, "SIGTERM")) {
        tell_unreachable();
        co_await wait_for(between_tries);
    }
}

}  // namespace mcpctl::relay
