#include "ctl/import/apply.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <format>

namespace mcpctl::ctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Writes down what is asked of it, and refuses one of the steps.
struct Recorder {
    std::vector<std::string> calls;
    std::string refused;

    Result<void> take(std::string call) {
        const bool wrong = call == refused;
        calls.push_back(std::move(call));
        return wrong ? fail(ErrorCode::StorageFailed, "the disk is full") : Result<void>();
    }
    static std::string name_in(const std::string& json) { return Json::parse(json)["name"].get<std::string>(); }

    AgentSteps steps() {
        return {[this](const std::string& json) { return take("+server " + name_in(json)); },
                [this](const std::string& json) { return take("+profile " + name_in(json)); },
                [this](const std::string& name) { return take("-server " + name); },
                [this](const std::string& name) { return take("-profile " + name); },
                [this](const std::string& name) { return take("-secret " + name); },
                [this](const std::string& name, const std::vector<std::uint8_t>& value) {
                    return take(std::format("+secret {} {}", name, std::string(value.begin(), value.end())));
                },
                [](const std::string& name) { return Result<std::string>(R"({"name": ")" + name + "\"}"); },
                [](const std::string& name) { return Result<std::string>(R"({"name": ")" + name + "\"}"); },
                [] { return false; }};
    }
};

Planned planned(const std::string& name, Step step) {
    Planned planned;
    planned.name = name;
    planned.step = step;
    planned.server["name"] = name;
    return planned;
}

Plan example() {
    Plan plan{{planned("a", Step::add), planned("b", Step::replace), planned("c", Step::skip)}, {}, {}};
    plan.servers[0].secrets = {{"a-key", "KEY", "v", false}};
    plan.servers[1].profiles = {Json::parse(R"({"name": "b", "server": "b"})")};
    plan.servers[1].secrets = {{"b-key", "KEY", "w", true}};
    return plan;
}

TEST(ApplyPlan, SetsSecretsThatWereThereLast) {
    Recorder recorder;
    ASSERT_TRUE(apply_plan(example(), recorder.steps()));
    EXPECT_THAT(recorder.calls, ElementsAre("+secret a-key v", "+server a", "-server b", "+server b", "-profile b",
                                            "+profile b", "+secret b-key w"));
}

TEST(ApplyPlan, TakesBackWhatWasDoneWhenAStepIsRefused) {
    Recorder recorder;
    recorder.refused = "+profile b";
    const auto done = apply_plan(example(), recorder.steps());
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().reason, "b: the disk is full");
    EXPECT_THAT(done.error().hint,
                HasSubstr("what could not be taken back: the old definition of the server b is gone"));
    recorder.calls.erase(recorder.calls.begin(), recorder.calls.begin() + 6);
    EXPECT_THAT(recorder.calls,
                ElementsAre("-server b", "+server b", "-profile b", "+profile b", "-server a", "-secret a-key"));
}

TEST(ApplyPlan, SaysWhenNothingIsLeft) {
    Recorder recorder;
    recorder.refused = "+server b";
    Plan plan = example();
    plan.servers[1].step = Step::add;
    const auto done = apply_plan(plan, recorder.steps());
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().hint, "nothing was changed");
    EXPECT_THAT(recorder.calls, ElementsAre("+secret a-key v", "+server a", "+server b", "-server a", "-secret a-key"));
}

TEST(ApplyPlan, IsTakenBackWhenInterrupted) {
    Recorder recorder;
    AgentSteps steps = recorder.steps();
    steps.interrupted = [&recorder] { return recorder.calls.size() == 2; };
    const auto done = apply_plan(example(), steps);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::Canceled);
    EXPECT_THAT(recorder.calls, ElementsAre("+secret a-key v", "+server a", "-server a", "-secret a-key"));
}

TEST(ApplyPlan, LeavesNoProfileBesideThoseOfTheFile) {
    Recorder recorder;
    Plan plan{{planned("a", Step::add)}, {}, {}};
    plan.servers[0].complete = true;
    ASSERT_TRUE(apply_plan(plan, recorder.steps()));
    EXPECT_THAT(recorder.calls, ElementsAre("+server a", "-profile a"));
}

}  // namespace
}  // namespace mcpctl::ctl
