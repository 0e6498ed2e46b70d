// The spelling of every enumeration that leaves the agent. One table per enumeration, used in both directions by JSON,
// the bus and the store.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "agent/core/definitions.hpp"
#include "agent/core/instance.hpp"
#include "agent/core/job.hpp"
#include "agent/core/runtime.hpp"

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
    static constexpr std::array table{std::pair{Transport::streamable_http, "streamable-http"sv},
                                      std::pair{Transport::sse, "sse"sv}};
};
template <>
struct EnumNames<RuntimeKind> {
    static constexpr std::array table{std::pair{RuntimeKind::systemd, "systemd"sv}};
};
template <>
struct EnumNames<RestartMode> {
    static constexpr std::array table{std::pair{RestartMode::no, "no"sv},
                                      std::pair{RestartMode::on_failure, "on-failure"sv},
                                      std::pair{RestartMode::always, "always"sv}};
};
template <>
struct EnumNames<Network> {
    static constexpr std::array table{std::pair{Network::loopback, "loopback"sv}, std::pair{Network::full, "full"sv}};
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
                                      std::pair{ReasonCode::unknown, "unknown"sv},
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

}  // namespace mcpctl
