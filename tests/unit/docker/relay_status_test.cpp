#include "agent/docker/relay_status.hpp"

#include <gtest/gtest.h>

namespace mcpctl::docker {
namespace {

const std::string container(64, 'a');

TEST(ARelayStatus, IsReadBackAsItWasWritten) {
    const RelayStatus statuses[]{
        {.phase = RelayPhase::running, .container = container, .image = "sha256:b", .pid = 42},
        {.phase = RelayPhase::unreachable, .container = container, .image = "sha256:b", .pid = 42, .since = 1234567},
        {.phase = RelayPhase::unreachable, .since = 1},
        {.phase = RelayPhase::ended, .reason = {ReasonCode::exit_code, "exited with code 3"}},
        {.phase = RelayPhase::ended, .reason = {ReasonCode::out_of_memory, ""}},
    };
    for (const RelayStatus& status : statuses) {
        EXPECT_EQ(parse_relay_status(relay_status_text(status)), status) << relay_status_text(status);
    }
}

// M07
TEST(ARelayStatus, IsOneLineWhateverTheReasonSays) {
    const std::string text = relay_status_text(
        {.phase = RelayPhase::ended, .reason = {ReasonCode::engine_refused, "a\nb\x1b[31m" + std::string(9000, 'x')}});
    EXPECT_EQ(text.find_first_of("\n\x1b"), std::string::npos);
    EXPECT_LT(text.size(), 600U);
}

TEST(ARelayStatus, OfSomebodyElseIsNone) {
    for (const char* text : {"", "running", "running x", "running 12x abc", "ended", "ended because of it",
                             "unreachable", "unreachable soon 1 abc", "Processing requests..."}) {
        EXPECT_EQ(parse_relay_status(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace mcpctl::docker
