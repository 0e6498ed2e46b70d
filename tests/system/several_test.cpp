// Several instances at once: M16.
#include <algorithm>
#include <format>
#include <set>

#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::set<std::string> instances() {
    std::set<std::string> names;
    for (const Json& instance : mcpctl_json({"list"})) {
        names.insert(instance["name"]);
    }
    return names;
}

class Several : public MachineTest {
  protected:
    void SetUp() override {
        MachineTest::SetUp();
        define_test_server("echo");
        define_test_server("other");
        start("echo");
        start("echo");  // echo-2
        start("other");
    }
};

TEST_F(Several, AreStoppedByNameEachOnceAndTheOthersRunOn) {
    const Output stopped = mcpctl({"stop", "echo", "other", "echo", "--yes"});
    EXPECT_EQ(stopped.status, 0) << stopped.err;
    EXPECT_THAT(stopped.out, AllOf(HasSubstr("Stopped echo in"), HasSubstr("Stopped other in")));
    EXPECT_EQ(std::ranges::count(stopped.out, '\n'), 2);
    EXPECT_EQ(instances(), std::set<std::string>{"echo-2"});
}

TEST_F(Several, OfAProfileAreStoppedAndThoseOfOthersRunOn) {
    const Output stopped = mcpctl({"stop", "--profile", "echo", "--yes", "-o", "name"});
    EXPECT_EQ(stopped.out, "echo\necho-2\n") << stopped.err;
    EXPECT_EQ(instances(), std::set<std::string>{"other"});
    const Output again = mcpctl({"stop", "--profile", "echo"});
    EXPECT_EQ(again.status, 0) << "there is nothing to confirm";
    EXPECT_EQ(again.err, "No instances of profile echo.\n");
}

TEST_F(Several, AllAreStoppedAndToldAsOneArray) {
    const Json stopped = mcpctl_json({"stop", "--all", "--yes"});
    ASSERT_EQ(stopped.size(), 3U);
    for (const Json& one : stopped) {
        EXPECT_EQ(one["job"]["state"], "done");
    }
    EXPECT_EQ(instances(), std::set<std::string>());
    EXPECT_EQ(mcpctl_json({"stop", "--all", "--yes"}), Json::array());
}

TEST_F(Several, AreRestartedAndKeepTheirIds) {
    const Json before = mcpctl_json({"list"});
    const Output restarted = mcpctl({"restart", "--all", "-o", "ndjson"});
    EXPECT_EQ(restarted.status, 0) << restarted.err;
    ASSERT_EQ(std::ranges::count(restarted.out, '\n'), 3) << restarted.out;
    const Json after = mcpctl_json({"list"});
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(before[i]["id"], after[i]["id"]);
        EXPECT_NE(before[i]["startedAt"], after[i]["startedAt"]);
    }
}

TEST_F(Several, AreNotTouchedWhereOneOfThemIsNotKnown) {
    const Output stopped = mcpctl({"stop", "echo", "othr", "--yes"});
    EXPECT_EQ(stopped.status, 4);
    EXPECT_THAT(stopped.err, HasSubstr("did you mean 'other'?"));
    EXPECT_EQ(instances().size(), 3U);
    const Output profile = mcpctl({"stop", "--profile", "ech", "--yes"});
    EXPECT_EQ(profile.status, 4);
    EXPECT_THAT(profile.err, AllOf(HasSubstr("there is no profile 'ech'"), HasSubstr("did you mean 'echo'?")));
}

TEST_F(Several, AreNotTouchedWithoutAConfirmationOrAWordOnWhich) {
    for (const std::vector<std::string>& command : {std::vector<std::string>{"stop", "--all"},
                                                    {"stop", "echo", "other"},
                                                    {"stop", "--yes"},
                                                    {"restart"},
                                                    {"stop", "echo", "--all", "--yes"},
                                                    {"stop", "--all", "--profile", "echo", "--yes"}}) {
        const Output refused = mcpctl(command);
        EXPECT_EQ(refused.status, 2) << refused.out;
        EXPECT_THAT(refused.err, HasSubstr("hint: ")) << refused.err;
    }
    EXPECT_EQ(instances().size(), 3U);
}

// One that cannot be stopped in time keeps nobody from being stopped, and all that go on are named.
TEST_F(Several, GoOnWhenPatienceEndsAndAreNamed) {
    define_test_server("stubborn", {"--ignore-sigterm"}, {{"drainTimeout", 3}});
    start("stubborn");
    const Output stopped = mcpctl({"stop", "stubborn", "echo", "--yes", "--timeout", "200ms"});
    EXPECT_EQ(stopped.status, 6) << stopped.out;
    EXPECT_THAT(stopped.err, AllOf(HasSubstr("the stop of stubborn goes on as job"), HasSubstr("the stop of echo")));
    EXPECT_TRUE(eventually([] { return instances() == std::set<std::string>{"echo-2", "other"}; }));
}

TEST_F(Several, GoOnWhereNobodyWaitsAndEachIsNamedWithItsJob) {
    const Output accepted = mcpctl({"stop", "echo", "other", "--yes", "--no-wait"});
    EXPECT_EQ(accepted.status, 0) << accepted.err;
    EXPECT_THAT(accepted.out, AllOf(HasSubstr("Stopping echo as job "), HasSubstr("Stopping other as job ")));
    EXPECT_TRUE(eventually([] { return instances() == std::set<std::string>{"echo-2"}; }));
}

}  // namespace
}  // namespace mcpctl::test
