#include "agent/core/registry.hpp"

#include <gtest/gtest.h>

namespace mcpctl {
namespace {

Instance instance(const std::string& name, const std::string& id) {
    Instance made;
    made.name = name;
    made.id = *InstanceId::parse(id);
    return made;
}

class ARegistry : public testing::Test {
  protected:
    Registry registry;
    void SetUp() override {
        registry.put_instance(instance("one", "11111111-0000-4000-8000-000000000000"));
        registry.put_instance(instance("two", "11112222-0000-4000-8000-000000000000"));
    }
};

TEST_F(ARegistry, FindsByNameIdAndUniquePrefix) {
    EXPECT_EQ((*registry.find_instance("two"))->name, "two");
    EXPECT_EQ((*registry.find_instance("11112222-0000-4000-8000-000000000000"))->name, "two");
    EXPECT_EQ((*registry.find_instance("11112"))->name, "two");
}

TEST_F(ARegistry, NamesTheInstancesThatAPrefixFits) {
    const auto found = registry.find_instance("1111");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::InvalidArgument);
    EXPECT_NE(found.error().reason.find("one, two"), std::string::npos);
}

TEST_F(ARegistry, DoesNotTakeAShortPrefix) {
    EXPECT_EQ(registry.find_instance("111").error().code, ErrorCode::NotFound);
}

struct Leaver final : RegistryObserver {
    explicit Leaver(Registry& r) : registry(r) { registry.observe(*this); }
    void instance_changed(const Instance& before, const Instance& now) override {
        ++told;
        states = {before.state, now.state};
        registry.unobserve(*this);
    }
    Registry& registry;
    int told = 0;
    std::pair<InstanceState, InstanceState> states;
};

TEST_F(ARegistry, LetsAnObserverLeaveWhileItIsTold) {
    Leaver first(registry);
    Leaver second(registry);
    const InstanceId id = registry.instance_named("one")->id;
    EXPECT_TRUE(registry.apply(id, InstanceEvent::ready));
    EXPECT_TRUE(registry.apply(id, InstanceEvent::ready));
    EXPECT_EQ(first.told, 1);
    EXPECT_EQ(second.told, 1);
    EXPECT_EQ(first.states, std::pair(InstanceState::starting, InstanceState::running));
}

TEST_F(ARegistry, RefusesATransitionThatIsNotInTheTable) {
    EXPECT_FALSE(registry.apply(registry.instance_named("one")->id, InstanceEvent::relaunch));
}

}  // namespace
}  // namespace mcpctl
