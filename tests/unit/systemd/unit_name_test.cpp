#include "agent/systemd/unit_name.hpp"

#include <fnmatch.h>
#include <gtest/gtest.h>

#include <format>

namespace mcpctl::systemd {
namespace {

const InstanceId id = *InstanceId::parse("0b51b1b9-2f0f-4c3e-8f5d-0123456789ab");
constexpr auto hex = "0b51b1b92f0f4c3e8f5d0123456789ab";

TEST(UnitName, HoldsInstanceGenerationAndProcess) {
    EXPECT_EQ(unit_name({id, 7}), std::format("mcpctl-{}-7.service", hex));
    EXPECT_EQ(unit_name({id, 7, 0xabc}), std::format("mcpctl-{}-7-0000000000000abc.service", hex));
    EXPECT_EQ(slice_name(id), std::format("mcpctl-{}.slice", hex));
    EXPECT_EQ(unit_pattern(id), std::format("mcpctl-{}-*.service", hex));
}

TEST(UnitName, IsReadBack) {
    for (const std::uint64_t generation : {0ULL, 1ULL, 42ULL, 18446744073709551615ULL}) {
        for (const std::uint64_t process : {0ULL, 1ULL, 0xfedcba9876543210ULL, 0xffffffffffffffffULL}) {
            const WorkloadRef workload{id, generation, process};
            EXPECT_EQ(parse_unit_name(unit_name(workload)), workload);
        }
    }
}

TEST(UnitName, MatchesThePatternOfItsInstance) {
    for (const std::uint64_t process : {0ULL, 1ULL}) {
        EXPECT_EQ(fnmatch(unit_pattern(id).c_str(), unit_name({id, 7, process}).c_str(), 0), 0);
    }
}

TEST(UnitName, OfSomethingElseIsNotRead) {
    const std::string good = std::string("mcpctl-") + hex;
    for (const std::string& name : {std::string(),
                                    std::string("mcpctl-.service"),
                                    std::string("mcpctl-agent.service"),
                                    std::string("mcpctl-foreign.service"),
                                    good + ".service",
                                    good + "-.service",
                                    good + "-01.service",
                                    good + "-1",
                                    good + "-1.slice",
                                    good + "-1.service.service",
                                    good + "--1.service",
                                    good + "-+1.service",
                                    good + "-1 .service",
                                    good + "-1-.service",
                                    good + "-1-1.service",
                                    good + "-1-000000000000001.service",
                                    good + "-1-00000000000000001.service",
                                    good + "-1-0000000000000000.service",
                                    good + "-1-0000000000000ABC.service",
                                    good + "-1-0x00000000000001.service",
                                    good + "-1-0000000000000001-1.service",
                                    good + "-1-0000000000000001-.service",
                                    good + "--0000000000000001.service",
                                    good + "-01-0000000000000001.service",
                                    good + "-1-000000000000000g.service",
                                    good + "-18446744073709551616.service",
                                    good + "0-1.service",
                                    "x" + good + "-1.service",
                                    std::string("mcpctl-0B51B1B92F0F4C3E8F5D0123456789AB-1.service"),
                                    std::string("mcpctl-0b51b1b9-2f0f-4c3e-8f5d-0123456789ab-1.service")}) {
        EXPECT_EQ(parse_unit_name(name), std::nullopt) << name;
    }
}

TEST(SliceName, IsReadBack) {
    EXPECT_EQ(parse_slice_name(slice_name(id)), id);
    for (const char* name :
         {"mcpctl.slice", "mcpctl-.slice", "mcpctl-x.slice", "system.slice",
          "mcpctl-0B51B1B92F0F4C3E8F5D0123456789AB.slice", "mcpctl-0b51b1b92f0f4c3e8f5d0123456789ab-1.slice"}) {
        EXPECT_EQ(parse_slice_name(name), std::nullopt) << name;
    }
}

TEST(UnitName, OfOurOwnServicesIsKnown) {
    EXPECT_TRUE(is_own_service("mcpctl-agent.service"));
    EXPECT_TRUE(is_own_service("mcpctl-http-bridge.service"));
    EXPECT_FALSE(is_own_service(unit_name({id, 1})));
}

}  // namespace
}  // namespace mcpctl::systemd
