#include "agent/docker/engine_messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <format>
#include <nlohmann/json.hpp>
#include <set>

namespace mcpctl::docker {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const std::string id(64, 'd');
const std::string installation(32, 'e');

json container_answer() {
    return {{"Id", id},
            {"Name", "/mcpctl-x-1"},
            {"Image", "sha256:9b07"},
            {"Config", {{"Labels", {{"org.mcpctl.managed", "true"}}}}},
            {"State",
             {{"Running", true},
              {"OOMKilled", false},
              {"Pid", 290},
              {"ExitCode", 0},
              {"Error", ""},
              {"StartedAt", "2026-11-25T19:16:21.355937767Z"}}},
            {"Mounts", {{{"Type", "bind"}, {"Source", "/srv"}, {"Destination", "/srv"}, {"RW", true}}}}};
}

class ARequestForAContainer : public testing::Test {
  protected:
    Instance instance;
    void SetUp() override {
        instance.id = InstanceId::generate();
        instance.generation = 2;
        instance.port = 26270;
        instance.config.server.name = "search";
        instance.config.server.transport = Transport::streamable_http;
        instance.config.server.image = "localhost/search:1";
        instance.config.server.args = {"--port", "{port}"};
        instance.config.profile.name = "small";
        instance.config.profile.server = "search";
        instance.config.profile.runtime = RuntimeKind::docker;
    }
    json request(std::uint64_t process = 0, EngineInfo engine = {}) {
        return json::parse(create_request(instance, process, installation, engine));
    }
};

TEST_F(ARequestForAContainer, EnforcesWhatPeopleAreShown) {
    const json host = request(0, {.init = true})["HostConfig"];
    std::set<std::string> shown;
    for (const EnforcedSetting& setting : enforced_on_container(instance.config)) {
        const std::string name = setting.name.substr(std::string("HostConfig.").size());
        shown.insert(name);
        if (name != "PortBindings") {  // the port is the instance's
            EXPECT_EQ(json::parse(setting.value), host[name]) << name;
        }
    }
    for (const auto& [name, value] : host.items()) {
        EXPECT_TRUE(shown.contains(name) || name == "PortBindings") << name;
    }
}

TEST_F(ARequestForAContainer, TakesEverythingAwayThatAServerDoesNotNeed) {
    const json host = request()["HostConfig"];
    EXPECT_EQ(host["CapDrop"], json({"ALL"}));
    EXPECT_EQ(host["SecurityOpt"], json({"no-new-privileges"}));
    EXPECT_EQ(host["ReadonlyRootfs"], true);
    EXPECT_EQ(host["RestartPolicy"]["Name"], "no");
    for (const char* name : {"Privileged", "Binds", "Devices", "PidMode", "IpcMode", "UsernsMode", "CapAdd", "Init"}) {
        EXPECT_FALSE(host.contains(name)) << name;
    }
}

TEST_F(ARequestForAContainer, PublishesTheInstancesPortToThisMachineAlone) {
    const json body = request();
    EXPECT_EQ(body["HostConfig"]["PortBindings"],
              json({{"26270/tcp", {{{"HostIp", "127.0.0.1"}, {"HostPort", "26270"}}}}}));
    EXPECT_EQ(body["Cmd"], json({"--port", "26270"}));
    EXPECT_THAT(body["Env"].dump(), HasSubstr("PORT=26270"));
}

TEST_F(ARequestForAContainer, MountsThePathsOfTheProfileAndNothingElse) {
    instance.config.profile.sandbox.read_paths = {"/srv/in"};
    instance.config.profile.sandbox.write_paths = {"/srv/out"};
    const json mounts = request()["HostConfig"]["Mounts"];
    ASSERT_EQ(mounts.size(), 2U);
    EXPECT_EQ(mounts[0]["Source"], "/srv/in");
    EXPECT_EQ(mounts[0]["ReadOnly"], true);
    EXPECT_EQ(mounts[1]["Target"], "/srv/out");
    EXPECT_EQ(mounts[1]["ReadOnly"], false);
}

// B07: nothing of them but where they will be.
TEST_F(ARequestForAContainer, MountsASecretFromWhereItsRelayPutsIt) {
    instance.config.server.secrets = {{"api-key", ""}};
    const json body = request();
    const std::string name = container_name({instance.id, 2, 0});
    EXPECT_EQ(body["HostConfig"]["Binds"],
              json({std::format("/run/mcpctl-secrets/{}/files:/run/secrets:ro,rprivate", name)}));
    EXPECT_EQ(body["HostConfig"]["Ulimits"][0], json({{"Name", "core"}, {"Soft", 0}, {"Hard", 0}}));
    EXPECT_THAT(body["Env"].dump(), HasSubstr("CREDENTIALS_DIRECTORY=/run/secrets"));
    EXPECT_THAT(body.dump(), Not(HasSubstr("api-key")));
    bool shown = false;
    for (const EnforcedSetting& setting : enforced_on_container(instance.config)) {
        shown = shown || (setting.name == "Secret" && setting.value == "/run/secrets/api-key");
    }
    EXPECT_TRUE(shown);
}

// B08
TEST_F(ARequestForAContainer, PassesLimitsOn) {
    instance.config.profile.limits = {.memory = 256UL << 20, .cpu = 0.5, .tasks = 64};
    const json host = request(0, {.slices = true, .init = true})["HostConfig"];
    EXPECT_EQ(host["Memory"], 256UL << 20);
    EXPECT_EQ(host["MemorySwap"], 256UL << 20);
    EXPECT_EQ(host["NanoCpus"], 500'000'000);
    EXPECT_EQ(host["PidsLimit"], 64);
    EXPECT_EQ(host["Init"], true);
    EXPECT_EQ(host["CgroupParent"], "mcpctl-" + instance.id.hex() + ".slice");
}

TEST_F(ARequestForAContainer, OfASessionOpensItsInputAndPublishesNothing) {
    instance.port = 0;
    instance.config.server.transport = Transport::stdio;
    const json body = request(0x1a);
    EXPECT_EQ(body["OpenStdin"], true);
    EXPECT_EQ(body["StdinOnce"], true);
    EXPECT_EQ(body["Tty"], false);
    EXPECT_EQ(body["Labels"]["org.mcpctl.process"], "000000000000001a");
    EXPECT_FALSE(body["HostConfig"].contains("PortBindings"));
    EXPECT_EQ(body["Cmd"], json({"--port", "{port}"}));
}

TEST(AnAnswerAboutAContainer, IsRead) {
    const auto container = parse_container(container_answer().dump());
    ASSERT_TRUE(container) << container.error().reason;
    EXPECT_EQ(container->id, id);
    EXPECT_TRUE(container->running);
    EXPECT_TRUE(container->started);
    EXPECT_EQ(container->pid, 290);
    EXPECT_EQ(container->labels.at("org.mcpctl.managed"), "true");
    ASSERT_EQ(container->mounts.size(), 1U);
    EXPECT_EQ(container->mounts[0].source, "/srv");
}

TEST(AnAnswerAboutAContainer, ThatMakesNoSenseIsRefused) {
    const auto broken = [](const std::function<void(json&)>& change) {
        json answer = container_answer();
        change(answer);
        return parse_container(answer.dump());
    };
    for (const auto& refused :
         {broken([](json& a) { a.erase("Id"); }), broken([](json& a) { a["Id"] = "../../etc"; }),
          broken([](json& a) { a["Id"] = 5; }), broken([](json& a) { a.erase("State"); }),
          broken([](json& a) { a["State"] = "running"; }), broken([](json& a) { a["Config"] = nullptr; }),
          broken([](json& a) { a["Config"]["Labels"]["x"] = 5; }),
          broken([](json& a) { a["Mounts"][0].erase("Source"); }), broken([](json& a) { a = json::array(); }),
          parse_container(""), parse_container("<html>"), parse_container(container_answer().dump().substr(0, 100)),
          parse_container(std::string(9UL << 20, ' '))}) {
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
        EXPECT_LT(refused.error().reason.size(), 500U);
    }
}

TEST(AnAnswerAboutContainers, IsReadAsAWholeOrNotAtAll) {
    const json one{{"Id", id}, {"Names", {"/mcpctl-x-1"}}, {"Labels", {{"a", "b"}}}, {"State", "created"}};
    const auto listed = parse_listing(json({one, {{"Id", id}, {"Names", nullptr}, {"Labels", nullptr}}}).dump());
    ASSERT_TRUE(listed) << listed.error().reason;
    EXPECT_EQ((*listed)[0].name, "/mcpctl-x-1");
    EXPECT_EQ((*listed)[1].name, "");
    EXPECT_FALSE(parse_listing(json({one, 5}).dump()));
    EXPECT_FALSE(parse_listing("{}"));
}

// B02
TEST(TheEndOfAContainer, IsToldTruly) {
    Container container;
    container.started = true;
    container.exit_code = 3;
    EXPECT_EQ(reason_of_end(container), (Reason{ReasonCode::exit_code, "exited with code 3"}));
    container.exit_code = 137;
    EXPECT_EQ(reason_of_end(container), (Reason{ReasonCode::signal, "was killed by SIGKILL"}));
    container.out_of_memory = true;
    EXPECT_EQ(reason_of_end(container).code, ReasonCode::out_of_memory);
}

// In the words of Docker 26.1 and Podman 5.4.
TEST(ARefusalOfAnEngine, HasAReasonOfItsOwnWhereItIsKnown) {
    const auto code = [](const char* message) { return reason_of_refusal(message).code; };
    EXPECT_EQ(code("Bind for 127.0.0.1:26270 failed: port is already allocated"), ReasonCode::port_in_use);
    EXPECT_EQ(code("cannot listen on the TCP port: listen tcp4 127.0.0.1:26270: bind: address already in use"),
              ReasonCode::port_in_use);
    EXPECT_EQ(code("OCI runtime create failed: runc create failed: unable to start container process: exec: \"/nope\": "
                   "stat /nope: no such file or directory: unknown"),
              ReasonCode::missing_executable);
    EXPECT_EQ(
        code("crun: executable file `/nope` not found: No such file or directory: OCI runtime attempted to invoke "
             "a command that was not found"),
        ReasonCode::missing_executable);
    EXPECT_EQ(code("No such image: nope:latest"), ReasonCode::missing_image);
    EXPECT_EQ(code("no such image: docker.io/library/nope: image not known"), ReasonCode::missing_image);
    EXPECT_EQ(code("no space left on device"), ReasonCode::engine_refused);
    EXPECT_EQ(error_message(R"({"message":"No such image"})"), "No such image");
    EXPECT_EQ(error_message("502 Bad\x1b[2J Gateway"), "502 Bad?[2J Gateway");
}

}  // namespace
}  // namespace mcpctl::docker
