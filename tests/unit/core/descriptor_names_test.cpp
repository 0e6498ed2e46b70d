#include "agent/core/descriptor_names.hpp"

#include <gtest/gtest.h>

namespace mcpctl::test {
namespace {

StdioProcess process() {
    StdioProcess made;
    made.ref = {*InstanceId::parse("0123456789ab4def8123456789abcdef"), 7, 0xfeed};
    return made;
}

TEST(ADescriptorsName, TellsTheEndsOfAStandby) {
    EXPECT_EQ(client_descriptor_name(process()), "01234567-7-000000000000feed-client");
    EXPECT_EQ(server_descriptor_name(process()), "01234567-7-000000000000feed-server");
    const auto parsed = parse_descriptor_name(client_descriptor_name(process()));
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(parsed->client);
    EXPECT_EQ(parsed->instance, "01234567");
    EXPECT_EQ(parsed->generation, 7U);
    EXPECT_EQ(parsed->process, 0xfeedU);
    EXPECT_EQ(parsed->role, ProcessRole::standby);
}

TEST(ADescriptorsName, TellsWhoOpenedASessionAndWhen) {
    StdioProcess session = process();
    session.role = ProcessRole::session;
    session.peer = {1000, 4242};
    session.opened_at = 1'800'000'000'000'000;
    session.cold = true;
    EXPECT_EQ(server_descriptor_name(session), "01234567-7-000000000000feed-1000-4242-1800000000c");
    const auto parsed = parse_descriptor_name(server_descriptor_name(session));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->role, ProcessRole::session);
    EXPECT_EQ(parsed->peer.uid, 1000U);
    EXPECT_EQ(parsed->peer.pid, 4242);
    EXPECT_EQ(parsed->opened_at, session.opened_at);
    EXPECT_TRUE(parsed->cold);
}

TEST(ADescriptorsName, IsNothingElse) {
    for (const char* foreign : {"", "mcpctl-agent.socket", "01234567-7-feed-client",
                                "01234567-x-000000000000feed-client", "01234567-7-000000000000feed-other",
                                "01234567-7-0000000000000000-client", "01234567-7-000000000000feed-1000-4242-",
                                "01234567-7-000000000000feed-1000-x-1", "01234567-7-000000000000feed-1-2-3-4"}) {
        EXPECT_FALSE(parse_descriptor_name(foreign)) << foreign;
    }
}

}  // namespace
}  // namespace mcpctl::test
