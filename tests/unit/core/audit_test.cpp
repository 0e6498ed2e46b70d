// M12: what is done is on record, with who did it, in the transaction of the change itself.
#include "agent/core/audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/core_under_test.hpp"

namespace mcpctl::test {
namespace {

using testing::ElementsAre;

constexpr Actor alice{1000, AuditVia::bus};

class TheTrail : public testing::Test {
  protected:
    std::vector<AuditAction> actions() {
        std::vector<AuditAction> all;
        for (const AuditRecord& record : core.store.audited) {
            all.push_back(record.action);
        }
        return all;
    }

    CoreUnderTest core;
};

TEST_F(TheTrail, SaysWhoDefinedAndRemovedWhat) {
    ServerDefinition server;
    server.name = "a";
    server.transport = Transport::streamable_http;
    server.command = {"server"};
    server.path = "/mcp";
    ASSERT_TRUE(core.run(core.catalog.add_server(server, alice)));
    ASSERT_TRUE(core.run(core.catalog.remove_server("a", alice)));
    EXPECT_THAT(actions(), ElementsAre(AuditAction::add_server, AuditAction::remove_server));
    for (const AuditRecord& record : core.store.audited) {
        EXPECT_EQ(record.actor, alice);
        EXPECT_EQ(record.server, "a");
        EXPECT_EQ(record.profile, "a");
        EXPECT_EQ(record.result, AuditResult::allowed);
    }
}

TEST_F(TheTrail, FollowsAnInstanceFromItsStartToItsRemoval) {
    core.define("everything");
    const auto started = core.run(core.lifecycle.start({"everything", {}, alice}));
    core.wait_for_end(started->job);
    const auto restarted = core.run(core.lifecycle.restart(started->instance, {.actor = alice}));
    core.wait_for_end(*restarted);
    const auto stopped = core.run(core.lifecycle.stop(started->instance, {.actor = alice}));
    core.wait_for_end(*stopped);
    ASSERT_THAT(actions(), ElementsAre(AuditAction::add_server, AuditAction::start, AuditAction::restart,
                                       AuditAction::stop, AuditAction::remove));
    const AuditRecord& start = core.store.audited[1];
    EXPECT_EQ(start.actor, alice);
    EXPECT_EQ(start.instance, started->instance.text());
    EXPECT_EQ(start.name, "everything");
    EXPECT_EQ(start.job, started->job);
    EXPECT_EQ(core.store.audited[4].actor.via, AuditVia::agent);
    EXPECT_EQ(core.store.audited[4].job, *stopped);
}

TEST_F(TheTrail, HasNoRecordOfWhatWasNotStored) {
    core.define("everything");
    core.store.failure = Error{ErrorCode::StorageFailed, "full"};
    EXPECT_FALSE(core.run(core.lifecycle.start({"everything", {}, alice})));
    EXPECT_THAT(actions(), ElementsAre(AuditAction::add_server));
}

TEST_F(TheTrail, HasWhatTheHealthOfAnInstanceCame) {
    core.define("everything");
    const InstanceId id = core.start("everything").instance;
    HealthRecord well;
    HealthRecord unwell;
    unwell.alert = true;
    unwell.reason = "does not answer";
    core.registry.health_changed(id, well, unwell);
    unwell.last_error = "again";
    core.registry.health_changed(id, unwell, unwell);
    core.registry.health_changed(id, unwell, well);
    const auto& all = core.store.audited;
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[2].action, AuditAction::raise_alert);
    EXPECT_EQ(all[2].reason, "does not answer");
    EXPECT_EQ(all[3].action, AuditAction::clear_alert);
    EXPECT_EQ(all[3].reason, "does not answer");
}

TEST_F(TheTrail, TellsARestoreByTheAgentFromARestartBySomebody) {
    core.define("everything");
    const InstanceId id = core.start("everything").instance;
    core.run(core.lifecycle.restore(id));
    EXPECT_EQ(core.store.audited.back().action, AuditAction::restore);
    EXPECT_EQ(core.store.audited.back().actor.via, AuditVia::agent);
}

// PID 1 shows one end of a server in several steps.
TEST_F(TheTrail, HasARestartByPolicyOnceAndAFailureOnce) {
    core.define("everything");
    const InstanceId id = core.start("everything").instance;
    const auto end = [](Instance& instance) { instance.reason = {ReasonCode::signal, "killed by SIGKILL"}; };
    core.registry.apply(id, InstanceEvent::will_retry, end);
    core.registry.apply(id, InstanceEvent::will_retry, [](Instance& instance) { instance.restarts = 1; });
    core.registry.apply(id, InstanceEvent::retried);
    core.registry.apply(id, InstanceEvent::ready, [](Instance& instance) { instance.restarts = 3; });
    core.registry.apply(id, InstanceEvent::died, end);
    const auto& all = core.store.audited;
    ASSERT_THAT(actions(), ElementsAre(AuditAction::add_server, AuditAction::start, AuditAction::retry,
                                       AuditAction::retry, AuditAction::fail));
    EXPECT_EQ(all[2].reason, "killed by SIGKILL");
    EXPECT_EQ(all[3].count, 2U);
    EXPECT_EQ(all[4].reason, "killed by SIGKILL");
}

TEST(AFailedCall, IsDeniedOrRefused) {
    EXPECT_EQ(audit_of_failure(AuditAction::stop, alice, {ErrorCode::AccessDenied, ""}).result, AuditResult::denied);
    const AuditRecord refused = audit_of_failure(AuditAction::stop, alice, {ErrorCode::Busy, "job 3 works on it"});
    EXPECT_EQ(refused.result, AuditResult::refused);
    EXPECT_EQ(refused.error, "Busy");
    EXPECT_EQ(refused.reason, "job 3 works on it");
}

}  // namespace
}  // namespace mcpctl::test
