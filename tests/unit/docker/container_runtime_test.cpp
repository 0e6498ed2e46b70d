#include "agent/docker/container_runtime.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/core_under_test.hpp"
#include "tests/fakes/fake_engine.hpp"

namespace mcpctl::docker {
namespace {

using test::CoreUnderTest;
using test::FakeEngine;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string installation(32, 'e');

class AContainerRuntime : public testing::Test {
  protected:
    CoreUnderTest core;
    FakeEngine engine{core.loop};
    ContainerRuntime runtime{
        core.loop.get_executor(), core.registry, core.runtime, {{"docker", engine.socket()}}, installation};
    Instance instance;
    WorkloadRef workload;

    void SetUp() override {
        instance.id = InstanceId::generate();
        instance.name = "boxed";
        instance.port = 46270;
        instance.config.server.name = "search";
        instance.config.server.transport = Transport::streamable_http;
        instance.config.server.image = "search:1";
        instance.config.profile.name = "boxed";
        instance.config.profile.server = "search";
        instance.config.profile.runtime = RuntimeKind::docker;
        instance.config.profile.engine = "docker";
        core.registry.put_instance(instance);
        workload = {instance.id, 1, 0};
    }
    Result<WorkloadStatus> launch() { return core.run(runtime.launch(instance, {})); }
    Result<void> prepare() {
        return core.run(runtime.prepare(instance, {[](const std::string&) {}, [] { return false; }}));
    }
    std::string name() const { return container_name(workload); }
};

// M01
TEST_F(AContainerRuntime, MakesTheContainerAndThenItsUnit) {
    ASSERT_TRUE(launch());
    ASSERT_TRUE(engine.containers.contains(name()));
    EXPECT_EQ(engine.containers[name()].request["Image"], "search:1");
    EXPECT_TRUE(core.runtime.workloads.contains(workload));
}

// B01
TEST_F(AContainerRuntime, GoesOnWithAContainerThatAnAgentBeforeItHasMade) {
    engine.put(name(), container_labels(workload, installation, "boxed"));
    EXPECT_TRUE(launch());
    EXPECT_EQ(engine.containers.size(), 1U);
    EXPECT_TRUE(core.runtime.workloads.contains(workload));
}

// M13
TEST_F(AContainerRuntime, LeavesAContainerOfItsNameAloneThatSomebodyElseHasMade) {
    engine.put(name(), container_labels(workload, std::string(32, 'f'), "boxed"));
    const auto launched = launch();
    ASSERT_FALSE(launched);
    EXPECT_EQ(launched.error().code, ErrorCode::NotManaged);
    const auto forgotten = core.run(runtime.forget(workload));
    ASSERT_FALSE(forgotten);
    EXPECT_EQ(forgotten.error().code, ErrorCode::NotManaged);
    EXPECT_FALSE(core.run(runtime.kill(workload)));
    EXPECT_TRUE(engine.containers.contains(name()));
    EXPECT_THAT(engine.requests, testing::Not(Contains(testing::AnyOf(HasSubstr("DELETE"), HasSubstr("/kill")))));
}

// M02
TEST_F(AContainerRuntime, RemovesTheContainerAndItsUnit) {
    ASSERT_TRUE(launch());
    EXPECT_TRUE(core.run(runtime.forget(workload)));
    EXPECT_THAT(engine.containers, IsEmpty());
    EXPECT_FALSE(core.runtime.workloads.contains(workload));
    EXPECT_TRUE(core.run(runtime.forget(workload)));
}

TEST_F(AContainerRuntime, DoesNotSpeakToAnEngineWhereNobodyNeedsOne) {
    core.registry.remove_instance(instance.id);
    EXPECT_TRUE(core.run(runtime.list()));
    instance.config.profile.runtime = RuntimeKind::systemd;
    core.registry.put_instance(instance);
    EXPECT_TRUE(launch());
    EXPECT_TRUE(core.run(runtime.forget(workload)));
    EXPECT_TRUE(core.run(runtime.list()));
    EXPECT_THAT(engine.requests, IsEmpty());
}

TEST_F(AContainerRuntime, ListsContainersWithoutAUnitAndReportsWhatIsForeign) {
    engine.put(name(), container_labels(workload, installation, "boxed"));
    const WorkloadRef foreign{InstanceId::generate(), 1, 0};
    engine.put(container_name(foreign), {});
    engine.put("web", {});
    const auto listing = core.run(runtime.list());
    ASSERT_TRUE(listing);
    ASSERT_EQ(listing->managed.size(), 1U);
    EXPECT_EQ(listing->managed[0].ref, workload);
    ASSERT_EQ(listing->foreign.size(), 1U);
    EXPECT_EQ(listing->foreign[0].name, container_name(foreign));
}

TEST_F(AContainerRuntime, RemovesWhatASessionHasLeftBehind) {
    const WorkloadRef session{instance.id, 1, 0x1a};
    engine.put(container_name(session), container_labels(session, installation, "boxed"));
    ASSERT_TRUE(core.run(runtime.list()));
    EXPECT_THAT(engine.containers, IsEmpty());
}

TEST_F(AContainerRuntime, ListsUnitsWhileTheEngineIsAwayAndTheRestWhenItIsBack) {
    ASSERT_TRUE(launch());
    bool lost_track = false;
    runtime.on_events({.changed = {}, .lost_track = [&] { lost_track = true; }});
    engine.end();
    const auto listing = core.run(runtime.list());
    ASSERT_TRUE(listing);
    EXPECT_EQ(listing->managed.size(), 1U);
    engine.begin();
    core.run_until([&] { return lost_track; });
}

TEST_F(AContainerRuntime, FetchesAnImageOnlyWhereItMay) {
    instance.config.profile.pull = Pull::never;
    const auto never = prepare();
    ASSERT_FALSE(never);
    EXPECT_EQ(never.error().field, "missing-image");
    EXPECT_THAT(engine.requests, testing::Not(Contains(HasSubstr("/images/create"))));
    engine.images["search%3A1"] = "sha256:1";
    EXPECT_TRUE(prepare());
}

TEST_F(AContainerRuntime, TellsHowAFetchGoesOnAndWhyItFails) {
    std::string fetched = R"({"status":"Pulling from search","id":"1"})"
                          "\n"
                          R"({"status":"Downloading","progressDetail":{"current":5000000,"total":10000000},"id":"aa"})"
                          "\n";
    engine.misbehaves = [&](const std::string& request) {
        return request.contains("/images/create") ? std::optional(FakeEngine::answer(200, fetched)) : std::nullopt;
    };
    EXPECT_THAT(prepare().error().reason, HasSubstr("was fetched and is not there"));
    fetched += R"({"error":"manifest unknown"})"
               "\n";
    const auto failed = prepare();
    EXPECT_EQ(failed.error().field, "missing-image");
    EXPECT_THAT(failed.error().reason, HasSubstr("manifest unknown"));
}

// M04: null is unknown, and a relay's few megabytes are not what the server uses.
TEST_F(AContainerRuntime, TellsWhatIsUsedOnlyWhereThatIsTheContainer) {
    core.runtime.use = {.memory = 5'000'000, .cpu = 1'000, .tasks = 3};
    EXPECT_EQ(core.run(runtime.use_of(instance.id)), core.runtime.use);
    instance.unreachable_since = 1;
    core.registry.put_instance(instance);
    EXPECT_EQ(core.run(runtime.use_of(instance.id)), ResourceUse{});
}

TEST_F(AContainerRuntime, DoesNotKnowWhatIsUsedOutsideTheSlice) {
    core.runtime.use = {.memory = 5'000'000, .cpu = 1'000, .tasks = 3};
    engine.misbehaves = [](const std::string& request) {
        return request.contains("/info") ? std::optional(FakeEngine::answer(200, R"({"CgroupDriver":"cgroupfs"})"))
                                         : std::nullopt;
    };
    EXPECT_EQ(core.run(runtime.use_of(instance.id)), ResourceUse{});
}

// A fetch that stands still has said how far it is.
TEST_F(AContainerRuntime, TellsHowFarAFetchIsThatStandsStill) {
    instance.config.profile.pull = Pull::always;
    const std::string begun =
        R"({"status":"Downloading","progressDetail":{"current":5000000,"total":10000000},"id":"aa"})";
    engine.misbehaves = [&](const std::string& request) {
        return request.contains("/images/create")
                   ? std::optional(std::format("HTTP/1.1 200 X\r\nContent-Length: 1000\r\n\r\n{}\n", begun))
                   : std::nullopt;
    };
    engine.hangs_after_mischief = true;
    std::string told;
    const auto canceled = [&] { return told.contains("layers"); };
    const auto prepared =
        core.run(runtime.prepare(instance, {[&](const std::string& text) { told = text; }, canceled}));
    ASSERT_FALSE(prepared);
    EXPECT_EQ(prepared.error().code, ErrorCode::Canceled);
    EXPECT_EQ(told, "fetching the image: 0 of 1 layers, 5.0 of 10.0 MB");
}

TEST_F(AContainerRuntime, ChoosesTheFirstEngineThatAnswers) {
    EXPECT_EQ(core.run(runtime.default_engine()), "docker");
    engine.end();
    const auto none = core.run(runtime.default_engine());
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(none.error().reason, HasSubstr("docker"));
}

// The answers of an engine that has lost its mind: typed errors, at once and in bounded memory.
TEST_F(AContainerRuntime, IsNotImpressedByAnswersThatMakeNoSense) {
    EngineClient client(core.loop.get_executor(), {"docker", engine.socket()});
    ASSERT_TRUE(core.run(client.ping()));
    const std::string head = "HTTP/1.1 200 OK\r\n";
    const std::string huge(6UL << 20, 'x');
    for (const std::string& wrong :
         {std::string("nonsense"), head + "Content-Length: 100\r\n\r\n{}", head + "Content-Length: 2\r\n\r\n[]",
          FakeEngine::answer(200, "<html>"), FakeEngine::answer(200, "{\"Id\":5}"), FakeEngine::answer(200, huge),
          FakeEngine::answer(500, "{\"message\":\"oops\"}"), FakeEngine::answer(200, std::string(100'000, '['))}) {
        engine.misbehaves = [&](const std::string& request) {
            return request.contains("_ping") ? std::nullopt : std::optional(wrong);
        };
        const auto answer = core.run(client.inspect("x"));
        ASSERT_FALSE(answer) << wrong.substr(0, 80);
        EXPECT_THAT(answer.error().code, testing::AnyOf(ErrorCode::Unavailable, ErrorCode::LimitsExceeded));
        EXPECT_LT(answer.error().reason.size(), 1000U);
    }
}

TEST_F(AContainerRuntime, WantsAnInterfaceThatIsNotTooOld) {
    EngineClient client(core.loop.get_executor(), {"docker", engine.socket()});
    engine.misbehaves = [](const std::string&) {
        return std::optional<std::string>("HTTP/1.1 200 OK\r\nApi-Version: 1.24\r\nContent-Length: 2\r\n\r\nOK");
    };
    const auto there = core.run(client.ping());
    ASSERT_FALSE(there);
    EXPECT_EQ(there.error().code, ErrorCode::NotSupported);
}

}  // namespace
}  // namespace mcpctl::docker
