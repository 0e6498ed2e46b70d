// The spelling of every enumeration that leaves the agent. One table per enumeration, used in both directions by JSON,
// the bus and the store.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "agent/core/audit.hpp"
#include "agent/core/definitions.hpp"
#include "agent/core/health.hpp"
#include "agent/core/instance.hpp"
#include "agent/core/job.hpp"
#include "agent/core/log_query.hpp"
#include "agent/core/runtime.hpp"
#include "agent/core/stdio_process.hpp"
#include "agent/core/token.hpp"

namespace mcpctl {

template <class E>
struct EnumNames;  // specialised with: static constexpr std::array table{std::pair{E::x, "x"}, …};

template <class E>
constexpr std::string_view spelt(E value) {
    for (const auto& [candidate, name] : EnumNames<E>::table) {
        if (candidate == value) {
            return name;
        }
    }
    return {};
}

template <class E>
constexpr std::optional<E> parse_enum(std::string_view text) {
    for (const auto& [candidate, name] : EnumNames<E>::table) {
        if (text == name) {
            return candidate;
        }
    }
    return std::nullopt;
}

// "streamable-http, sse": for hints.
template <class E>
std::string spellings() {
    std::string text;
    for (const auto& entry : EnumNames<E>::table) {
        text.append(text.empty() ? "" : ", ").append(entry.second);
    }
    return text;
}

using std::string_view_literals::operator""sv;

template <>
struct EnumNames<Transport> {
    static constexpr std::array table{std::pair{Transport::stdio, "stdio"sv},
                                      std::pair{Transport::streamable_http, "streamable-http"sv},
                                      std::pair{Transport::sse, "sse"sv}};
};
template <>
struct EnumNames<RuntimeKind> {
    static constexpr std::array table{std::pair{RuntimeKind::systemd, "systemd"sv},
                                      std::pair{RuntimeKind::docker, "docker"sv}};
};
template <>
struct EnumNames<Pull> {
    static constexpr std::array table{std::pair{Pull::never, "never"sv}, std::pair{Pull::missing, "missing"sv},
                                      std::pair{Pull::always, "always"sv}};
};
template <>
struct EnumNames<RestartMode> {
    static constexpr std::array table{std::pair{RestartMode::no, "no"sv},
                                      std::pair{RestartMode::on_failure, "on-failure"sv},
                                      std::pair{RestartMode::always, "always"sv}};
};
template <>
struct EnumNames<Network> {
    static constexpr std::array table{std::pair{Network::none, "none"sv}, std::pair{Network::loopback, "loopback"sv},
                                      std::pair{Network::full, "full"sv}};
};
template <>
struct EnumNames<OnUnhealthy> {
    static constexpr std::array table{std::pair{OnUnhealthy::alert, "alert"sv},
                                      std::pair{OnUnhealthy::restart, "restart"sv}};
};
template <>
struct EnumNames<Readiness> {
    static constexpr std::array table{std::pair{Readiness::unknown, "unknown"sv},
                                      std::pair{Readiness::ready, "ready"sv},
                                      std::pair{Readiness::not_ready, "not-ready"sv}};
};
template <>
struct EnumNames<Liveness> {
    static constexpr std::array table{std::pair{Liveness::unknown, "unknown"sv}, std::pair{Liveness::alive, "alive"sv},
                                      std::pair{Liveness::dead, "dead"sv}};
};
template <>
struct EnumNames<McpGeneration> {
    static constexpr std::array table{std::pair{McpGeneration::unknown, "unknown"sv},
                                      std::pair{McpGeneration::legacy, "legacy"sv},
                                      std::pair{McpGeneration::modern, "modern"sv}};
};
template <>
struct EnumNames<InstanceState> {
    static constexpr std::array table{
        std::pair{InstanceState::starting, "starting"sv}, std::pair{InstanceState::running, "running"sv},
        std::pair{InstanceState::draining, "draining"sv}, std::pair{InstanceState::restarting, "restarting"sv},
        std::pair{InstanceState::backoff, "backoff"sv},   std::pair{InstanceState::failed, "failed"sv}};
};
template <>
struct EnumNames<Desired> {
    static constexpr std::array table{std::pair{Desired::running, "running"sv},
                                      std::pair{Desired::stopped, "stopped"sv}};
};
template <>
struct EnumNames<ReasonCode> {
    static constexpr std::array table{std::pair{ReasonCode::none, ""sv},
                                      std::pair{ReasonCode::exit_code, "exit-code"sv},
                                      std::pair{ReasonCode::signal, "signal"sv},
                                      std::pair{ReasonCode::out_of_memory, "out-of-memory"sv},
                                      std::pair{ReasonCode::start_timeout, "start-timeout"sv},
                                      std::pair{ReasonCode::start_limit, "start-limit"sv},
                                      std::pair{ReasonCode::missing_executable, "missing-executable"sv},
                                      std::pair{ReasonCode::port_in_use, "port-in-use"sv},
                                      std::pair{ReasonCode::unit_altered, "unit-altered"sv},
                                      std::pair{ReasonCode::vanished, "vanished"sv},
                                      std::pair{ReasonCode::closed, "closed"sv},
                                      std::pair{ReasonCode::unresponsive, "unresponsive"sv},
                                      std::pair{ReasonCode::unknown, "unknown"sv},
                                      std::pair{ReasonCode::missing_image, "missing-image"sv},
                                      std::pair{ReasonCode::engine_refused, "engine-refused"sv},
                                      std::pair{ReasonCode::missing_secret, "missing-secret"sv},
                                      std::pair{ReasonCode::missing_user, "missing-user"sv},
                                      std::pair{ReasonCode::runtime_unavailable, "runtime-unavailable"sv}};
};
template <>
struct EnumNames<WorkloadPhase> {
    static constexpr std::array table{
        std::pair{WorkloadPhase::absent, "absent"sv},     std::pair{WorkloadPhase::starting, "starting"sv},
        std::pair{WorkloadPhase::running, "running"sv},   std::pair{WorkloadPhase::restarting, "restarting"sv},
        std::pair{WorkloadPhase::stopping, "stopping"sv}, std::pair{WorkloadPhase::exited, "exited"sv},
        std::pair{WorkloadPhase::failed, "failed"sv}};
};
template <>
struct EnumNames<ProcessRole> {
    static constexpr std::array table{std::pair{ProcessRole::standby, "standby"sv},
                                      std::pair{ProcessRole::session, "session"sv}};
};
template <>
struct EnumNames<SessionState> {
    static constexpr std::array table{std::pair{SessionState::open, "open"sv},
                                      std::pair{SessionState::ending, "ending"sv},
                                      std::pair{SessionState::ended, "ended"sv}};
};
template <>
struct EnumNames<JobKind> {
    static constexpr std::array table{std::pair{JobKind::start, "start"sv}, std::pair{JobKind::stop, "stop"sv},
                                      std::pair{JobKind::restart, "restart"sv}};
};
template <>
struct EnumNames<JobState> {
    static constexpr std::array table{std::pair{JobState::running, "running"sv}, std::pair{JobState::done, "done"sv},
                                      std::pair{JobState::failed, "failed"sv},
                                      std::pair{JobState::canceled, "canceled"sv}};
};
template <>
struct EnumNames<AuditAction> {
    static constexpr std::array table{std::pair{AuditAction::add_server, "add-server"sv},
                                      std::pair{AuditAction::remove_server, "remove-server"sv},
                                      std::pair{AuditAction::add_profile, "add-profile"sv},
                                      std::pair{AuditAction::remove_profile, "remove-profile"sv},
                                      std::pair{AuditAction::start, "start"sv},
                                      std::pair{AuditAction::stop, "stop"sv},
                                      std::pair{AuditAction::restart, "restart"sv},
                                      std::pair{AuditAction::cancel, "cancel"sv},
                                      std::pair{AuditAction::open_session, "open-session"sv},
                                      std::pair{AuditAction::close_session, "close-session"sv},
                                      std::pair{AuditAction::create_token, "create-token"sv},
                                      std::pair{AuditAction::revoke_token, "revoke-token"sv},
                                      std::pair{AuditAction::authenticate, "authenticate"sv},
                                      std::pair{AuditAction::set_secret, "set-secret"sv},
                                      std::pair{AuditAction::remove_secret, "remove-secret"sv},
                                      std::pair{AuditAction::read, "read"sv},
                                      std::pair{AuditAction::adopt, "adopt"sv},
                                      std::pair{AuditAction::restore, "restore"sv},
                                      std::pair{AuditAction::retry, "retry"sv},
                                      std::pair{AuditAction::fail, "fail"sv},
                                      std::pair{AuditAction::remove, "remove"sv},
                                      std::pair{AuditAction::end_session, "end-session"sv},
                                      std::pair{AuditAction::raise_alert, "raise-alert"sv},
                                      std::pair{AuditAction::clear_alert, "clear-alert"sv},
                                      std::pair{AuditAction::end_orphan, "end-orphan"sv},
                                      std::pair{AuditAction::restore_store, "restore-store"sv}};
};
template <>
struct EnumNames<Scope> {
    static constexpr std::array table{std::pair{Scope::view, "view"sv}, std::pair{Scope::logs, "logs"sv},
                                      std::pair{Scope::control, "control"sv}, std::pair{Scope::connect, "connect"sv},
                                      std::pair{Scope::define, "define"sv}};
};
template <>
struct EnumNames<AuditResult> {
    static constexpr std::array table{std::pair{AuditResult::allowed, "allowed"sv},
                                      std::pair{AuditResult::refused, "refused"sv},
                                      std::pair{AuditResult::denied, "denied"sv}};
};
template <>
struct EnumNames<AuditVia> {
    static constexpr std::array table{std::pair{AuditVia::agent, "agent"sv}, std::pair{AuditVia::bus, "bus"sv},
                                      std::pair{AuditVia::socket, "socket"sv}};
};
template <>
struct EnumNames<LogLevel> {
    static constexpr std::array table{
        std::pair{LogLevel::emergency, "emergency"sv}, std::pair{LogLevel::alert, "alert"sv},
        std::pair{LogLevel::critical, "critical"sv},   std::pair{LogLevel::error, "error"sv},
        std::pair{LogLevel::warning, "warning"sv},     std::pair{LogLevel::notice, "notice"sv},
        std::pair{LogLevel::info, "info"sv},           std::pair{LogLevel::debug, "debug"sv}};
};

}  // namespace mcpctl
