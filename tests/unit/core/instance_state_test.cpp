#include "agent/core/instance_state.hpp"

#include <gtest/gtest.h>

#include <map>

#include "agent/core/enum_names.hpp"

namespace mcpctl {
namespace {

using enum InstanceState;
using Event = InstanceEvent;

constexpr std::array all_states{starting, running, draining, restarting, backoff, failed};
constexpr std::array all_events{Event::ready, Event::died,    Event::will_retry, Event::retried,
                                Event::drain, Event::replace, Event::relaunch};

// Written out a second time, on purpose: every pair that is not here must be refused.
const std::map<std::pair<InstanceState, Event>, InstanceState> expected{
    {{starting, Event::ready}, running},
    {{starting, Event::died}, failed},
    {{starting, Event::will_retry}, backoff},
    {{starting, Event::retried}, starting},
    {{starting, Event::drain}, draining},
    {{starting, Event::replace}, restarting},
    {{running, Event::ready}, running},
    {{running, Event::died}, failed},
    {{running, Event::will_retry}, backoff},
    {{running, Event::retried}, starting},
    {{running, Event::drain}, draining},
    {{running, Event::replace}, restarting},
    {{draining, Event::drain}, draining},
    {{restarting, Event::relaunch}, starting},
    {{restarting, Event::died}, failed},
    {{restarting, Event::drain}, draining},
    {{restarting, Event::replace}, restarting},
    {{backoff, Event::retried}, starting},
    {{backoff, Event::will_retry}, backoff},
    {{backoff, Event::died}, failed},
    {{backoff, Event::drain}, draining},
    {{backoff, Event::replace}, restarting},
    {{failed, Event::retried}, starting},
    {{failed, Event::will_retry}, backoff},
    {{failed, Event::died}, failed},
    {{failed, Event::drain}, draining},
    {{failed, Event::replace}, restarting},
};

TEST(InstanceStateTable, AnswersEveryPairOfStateAndEvent) {
    for (const InstanceState state : all_states) {
        for (const Event event : all_events) {
            const auto row = expected.find({state, event});
            const auto next = next_state(state, event);
            if (row == expected.end()) {
                EXPECT_FALSE(next) << spelt(state) << " event " << int(event);
            } else {
                EXPECT_EQ(next, row->second) << spelt(state) << " event " << int(event);
            }
        }
    }
}

TEST(InstanceStateTable, LetsEveryStateBeStopped) {
    for (const InstanceState state : all_states) {
        EXPECT_EQ(next_state(state, Event::drain), draining) << spelt(state);
    }
}

TEST(EnumNames, RoundTripInBothDirections) {
    for (const InstanceState state : all_states) {
        EXPECT_EQ(parse_enum<InstanceState>(spelt(state)), state);
    }
    EXPECT_FALSE(parse_enum<InstanceState>("stopped"));
}

}  // namespace
}  // namespace mcpctl
