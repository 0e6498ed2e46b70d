#include "agent/core/instance_state.hpp"

#include <array>

namespace mcpctl {
namespace {

using enum InstanceState;
using Event = InstanceEvent;

struct Transition {
    InstanceState from;
    InstanceEvent event;
    InstanceState to;
};

constexpr std::array transitions{
    Transition{starting, Event::ready, running},
    Transition{starting, Event::died, failed},
    Transition{starting, Event::will_retry, backoff},
    Transition{starting, Event::retried, starting},
    Transition{starting, Event::drain, draining},
    Transition{starting, Event::replace, restarting},

    Transition{running, Event::ready, running},
    Transition{running, Event::died, failed},
    Transition{running, Event::will_retry, backoff},
    Transition{running, Event::retried, starting},
    Transition{running, Event::drain, draining},
    Transition{running, Event::replace, restarting},

    // A death while draining is what was asked for; the stop job tells the end.
    Transition{draining, Event::drain, draining},

    Transition{restarting, Event::relaunch, starting},
    Transition{restarting, Event::died, failed},
    Transition{restarting, Event::drain, draining},
    Transition{restarting, Event::replace, restarting},

    Transition{backoff, Event::retried, starting},
    Transition{backoff, Event::will_retry, backoff},
    Transition{backoff, Event::died, failed},
    Transition{backoff, Event::drain, draining},
    Transition{backoff, Event::replace, restarting},

    Transition{failed, Event::retried, starting},
    Transition{failed, Event::will_retry, backoff},
    Transition{failed, Event::died, failed},
    Transition{failed, Event::drain, draining},
    Transition{failed, Event::replace, restarting},
};

}  // namespace

std::optional<InstanceState> next_state(InstanceState state, InstanceEvent event) {
    for (const Transition& transition : transitions) {
        if (transition.from == state && transition.event == event) {
            return transition.to;
        }
    }
    return std::nullopt;
}

}  // namespace mcpctl
