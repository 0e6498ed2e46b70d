#include "mcp/handshake.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mcpctl::mcp {
namespace {

class AHandshake : public testing::Test {
  protected:
    // The method that is sent now; empty when it is over.
    std::string next() {
        const auto message = handshake.next();
        return message ? message->method : "";
    }
    void answer(const std::string& rest) { handshake.answered(parse_message("{\"id\":1," + rest + "}")); }

    Handshake handshake{Generation::modern};
};

TEST_F(AHandshake, WithAModernServerIsOneRequest) {
    EXPECT_EQ(next(), "server/discover");
    answer(R"("result":{"supportedVersions":["2027-01-01","2026-07-28"],"capabilities":{}})");
    EXPECT_EQ(next(), "");
    EXPECT_EQ(handshake.outcome()->generation, Generation::modern);
    EXPECT_EQ(handshake.outcome()->version, "2026-07-28");
    EXPECT_EQ(handshake.next_id(), 2);
}

// As the reference servers answer.
TEST_F(AHandshake, FallsBackToInitializeOnAnyOtherError) {
    for (const char* error : {R"("error":{"code":-32601,"message":"Method not found"})",
                              R"("error":{"code":-32000,"message":"Bad Request: Server not initialized"})",
                              R"("error":{"code":-32602})", R"("result":{})", R"("result":7)"}) {
        Handshake fresh(Generation::modern);
        (void)fresh.next();
        fresh.answered(parse_message(std::string("{\"id\":1,") + error + "}"));
        EXPECT_EQ(fresh.next()->method, "initialize") << error;
        fresh.answered(parse_message(R"({"id":2,"result":{"protocolVersion":"2025-06-18","capabilities":{}}})"));
        EXPECT_EQ(fresh.next()->method, "notifications/initialized");
        EXPECT_FALSE(fresh.next());
        EXPECT_EQ(fresh.outcome()->generation, Generation::legacy);
        EXPECT_EQ(fresh.outcome()->version, "2025-06-18");
        EXPECT_EQ(fresh.next_id(), 3);
    }
}

TEST_F(AHandshake, FallsBackWhenDiscoveryIsNotAnswered) {
    EXPECT_EQ(next(), "server/discover");
    EXPECT_TRUE(handshake.is_probing());
    handshake.unanswered();
    EXPECT_FALSE(handshake.is_probing());
    EXPECT_EQ(next(), "initialize");
    handshake.unanswered();
    EXPECT_EQ(next(), "");
    EXPECT_FALSE(handshake.outcome());
}

TEST_F(AHandshake, DoesNotFallBackFromAModernRefusal) {
    next();
    answer(R"("error":{"code":-32022,"message":"no","data":{"supported":["2027-01-01"],"requested":"2026-07-28"}})");
    EXPECT_EQ(next(), "");
    EXPECT_EQ(handshake.outcome().error().code, ErrorCode::NotSupported);
}

TEST_F(AHandshake, FallsBackWhenTheRefusalOffersALegacyVersion) {
    next();
    answer(R"("error":{"code":-32022,"message":"no","data":{"supported":["2025-11-25"]}})");
    EXPECT_EQ(next(), "initialize");
}

TEST_F(AHandshake, RefusesAVersionThatNobodyKnows) {
    next();
    handshake.unanswered();
    next();
    answer(R"("result":{"protocolVersion":"1.0\u001b[31m"})");
    EXPECT_EQ(next(), "");
    EXPECT_FALSE(handshake.outcome().error().reason.contains('\x1b'));
}

TEST_F(AHandshake, OfALegacyTransportBeginsWithInitialize) {
    Handshake legacy(Generation::legacy);
    EXPECT_EQ(legacy.next()->method, "initialize");
}

}  // namespace
}  // namespace mcpctl::mcp
