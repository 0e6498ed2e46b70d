#include "agent/docker/relay_status.hpp"

#include <array>
#include <charconv>
#include <format>

#include "agent/core/enum_names.hpp"

namespace mcpctl::docker {
namespace {

// systemd cuts a status at a page; a reason is one sentence.
constexpr std::size_t most_text = 500;

std::string printable(std::string_view text) {
    std::string line;
    for (const char c : text.substr(0, most_text)) {
        line += c >= ' ' && c <= '~' ? c : ' ';
    }
    return line;
}

std::string_view take_word(std::string_view& text) {
    const std::size_t end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return word;
}

template <class Number>
bool take_number(std::string_view& text, Number& number) {
    const std::string_view word = take_word(text);
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    return error == std::errc() && end == word.data() + word.size();
}

bool has_ended(WorkloadPhase phase) {
    return phase == WorkloadPhase::restarting || phase == WorkloadPhase::exited || phase == WorkloadPhase::failed;
}

}  // namespace

std::string relay_status_text(const RelayStatus& status) {
    switch (status.phase) {
        case RelayPhase::running:
            return std::format("running {} {} {}", status.pid, status.container, status.image);
        case RelayPhase::unreachable:
            return std::format("unreachable {} {} {} {}", status.since, status.pid, status.container, status.image);
        case RelayPhase::ended:
            break;
    }
    return std::format("ended {} {}", spelt(status.reason.code), printable(status.reason.text));
}

std::optional<RelayStatus> parse_relay_status(std::string_view text) {
    RelayStatus status;
    const std::string_view phase = take_word(text);
    if (phase == "ended") {
        const auto code = parse_enum<ReasonCode>(take_word(text));
        status.phase = RelayPhase::ended;
        status.reason = {code.value_or(ReasonCode::unknown), std::string(text)};
        return code && *code != ReasonCode::none ? std::optional(status) : std::nullopt;
    }
    status.phase = phase == "unreachable" ? RelayPhase::unreachable : RelayPhase::running;
    const bool known = phase == "running" || (phase == "unreachable" && take_number(text, status.since));
    if (!known || !take_number(text, status.pid)) {
        return std::nullopt;
    }
    status.container = take_word(text);
    status.image = text;
    return status;
}

WorkloadStatus explained(WorkloadStatus status) {
    const auto relay = parse_relay_status(status.said);
    if (!relay) {
        return status;
    }
    if (has_ended(status.phase) && relay->phase == RelayPhase::unreachable) {
        status.reason = {ReasonCode::runtime_unavailable, "was given up: its engine did not answer"};
    } else if (relay->phase != RelayPhase::ended) {
        status.runtime_id = relay->container;
        status.image = relay->image;
        status.pid = relay->pid;
        status.unreachable_since = relay->phase == RelayPhase::unreachable ? relay->since : 0;
    } else if (has_ended(status.phase)) {
        const bool given_up = status.reason.code == ReasonCode::start_limit;
        status.reason = given_up ? Reason{ReasonCode::start_limit,
                                          std::format("was given up after {} restarts; the last time it {}",
                                                      status.restarts, relay->reason.text)}
                                 : relay->reason;
    }
    return status;
}

}  // namespace mcpctl::docker
