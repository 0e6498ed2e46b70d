// The agent is killed at each named point of what it does with a container (B01, B02).
#include "tests/crash/container_points.hpp"
#include "tests/crash/matrix.hpp"
#include "tests/system/support/containers.hpp"

namespace mcpctl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ContainerCrashMatrix : public CrashMatrix {
  protected:
    void define_slow() override {
        make_test_image("docker");
        add_server(server_in_container("slow", {"--start-delay", "0.1", "--drain-delay", "0.1"}));
        add_profile(profile_in_container("slow", "docker", rarely_checked));
    }
    [[nodiscard]] const LifecyclePoints& points() const override { return container_points; }
    void expect_settled() const override {
        CrashMatrix::expect_settled();
        const std::string unit = unit_of("subject");
        if (unit.empty()) {
            EXPECT_THAT(containers_in("docker"), IsEmpty());
        } else {
            EXPECT_THAT(containers_in("docker"), ElementsAre(container_of("subject")));
        }
    }
};

TEST_F(ContainerCrashMatrix, AtEachPointOfAStartARestartAndAStop) {
    starts_restarts_and_stops(1);
}

TEST_F(ContainerCrashMatrix, AtEachPointOfAJobThatGoesOnAfterACrash) {
    resumed_jobs(1);
}

}  // namespace
}  // namespace mcpctl::test
