// M13: which containers are ours.
#include "agent/docker/container_name.hpp"

#include <gtest/gtest.h>

namespace mcpctl::docker {
namespace {

const std::string installation(32, 'e');

class AContainer : public testing::Test {
  protected:
    WorkloadRef workload{InstanceId::generate(), 3, 0};
    std::string name = "/" + container_name(workload);
    Labels labels = container_labels(workload, installation, "small");
};

TEST_F(AContainer, IsOursWhereItsLabelsSayWhatItsNameSays) {
    EXPECT_EQ(container_name(workload), "mcpctl-" + workload.instance.hex() + "-3");
    EXPECT_EQ(workload_of(name, labels, installation), workload);
    const WorkloadRef session{workload.instance, 3, 0x1a};
    EXPECT_EQ(workload_of(container_name(session), container_labels(session, installation, "small"), installation),
              session);
}

TEST_F(AContainer, WithoutOurLabelsIsNotOurs) {
    EXPECT_EQ(workload_of(name, {}, installation), std::nullopt);
    for (const auto& [label, value] : labels) {
        if (label == "org.mcpctl.profile") {
            continue;  // for people
        }
        Labels fewer = labels;
        fewer.erase(label);
        EXPECT_EQ(workload_of(name, fewer, installation), std::nullopt) << label;
        fewer[label] = value + "0";
        EXPECT_EQ(workload_of(name, fewer, installation), std::nullopt) << label;
    }
}

TEST_F(AContainer, OfAnotherInstallationIsNotOurs) {
    EXPECT_EQ(workload_of(name, labels, std::string(32, 'f')), std::nullopt);
}

TEST_F(AContainer, WithForgedLabelsIsNotOurs) {
    labels["org.mcpctl.instance"] = InstanceId::generate().text();
    EXPECT_EQ(workload_of(name, labels, installation), std::nullopt);
    labels = container_labels(workload, installation, "small");
    labels["org.mcpctl.process"] = "0000000000000001";
    EXPECT_EQ(workload_of(name, labels, installation), std::nullopt);
    EXPECT_EQ(workload_of("/web", container_labels(workload, installation, "small"), installation), std::nullopt);
}

TEST_F(AContainer, ThatIsForeignIsReportedWhereItHasANameLikeOurs) {
    EXPECT_TRUE(is_our_name(name));
    EXPECT_FALSE(is_our_name("/web"));
    EXPECT_FALSE(is_our_name("/mcpctl-web-1"));
    EXPECT_FALSE(is_our_name("/mcpctl-" + workload.instance.hex()));
}

}  // namespace
}  // namespace mcpctl::docker
