#include "agent/app/configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace mcpctl {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class AConfiguration : public testing::Test {
  protected:
    fs::path directory = fs::temp_directory_path() / ("mcpctl-configuration-" + std::to_string(::getpid()));

    void SetUp() override { fs::create_directories(directory); }
    void TearDown() override { fs::remove_all(directory); }
    fs::path file(const std::string& name, const std::string& text) {
        std::ofstream(directory / name) << text;
        return directory / name;
    }
    std::string refusal(const std::string& text) {
        const auto read = read_configuration({file("wrong.toml", text)});
        return read ? "accepted" : read.error().reason;
    }
};

TEST_F(AConfiguration, HasDefaultsWithoutAnyFile) {
    const auto read = read_configuration({directory / "missing.toml"});
    ASSERT_TRUE(read);
    EXPECT_EQ(read->idle_timeout, std::chrono::seconds(60));
    EXPECT_EQ(read->ports.first, 26270);
}

TEST_F(AConfiguration, TakesWhatComesLaterKeyByKey) {
    const auto read =
        read_configuration({file("1.toml", "[agent]\nidle_timeout = 5\n[ports]\nfirst = 30000\nlast = 30010"),
                            file("2.toml", "[agent]\nidle_timeout = \"1m30s\"")});
    ASSERT_TRUE(read) << read.error().reason;
    EXPECT_EQ(read->idle_timeout, std::chrono::seconds(90));
    EXPECT_EQ(read->ports.first, 30000);
}

TEST_F(AConfiguration, NamesFileLineAndKeyOfAMistake) {
    EXPECT_THAT(refusal("[agent]\nidle_timeuot = 5"), HasSubstr("wrong.toml:2: agent.idle_timeuot is not a setting"));
    EXPECT_THAT(refusal("[agent]\n\nidle_timeout = true"), HasSubstr("wrong.toml:3: agent.idle_timeout"));
    EXPECT_THAT(refusal("[ports]\nfirst = 80"), HasSubstr("a number from 1024 to 65535"));
    EXPECT_THAT(refusal("ports = 5"), HasSubstr("is not a section"));
    EXPECT_THAT(refusal("[agent\n"), HasSubstr("wrong.toml:1:"));
}

TEST_F(AConfiguration, RefusesPortsInTheWrongOrder) {
    EXPECT_THAT(refusal("[ports]\nfirst = 30000\nlast = 29000"), HasSubstr("above ports.last"));
}

TEST_F(AConfiguration, KnowsTheUsualEnginesAndThoseThatAreAdded) {
    const auto read = read_configuration({file(
        "engines.toml", "[engines.podman]\nsocket = \"/run/p.sock\"\n[engines.far-away]\nsocket = \"/run/f.sock\"")});
    ASSERT_TRUE(read) << read.error().reason;
    EXPECT_EQ(read->engines,
              (Engines{{"docker", "/run/docker.sock"}, {"podman", "/run/p.sock"}, {"far-away", "/run/f.sock"}}));
    EXPECT_THAT(refusal("[engines]\ndocker = 5"), HasSubstr("wrong.toml:2: engines.docker is not a section"));
    EXPECT_THAT(refusal("[engines.docker]\nport = 5"), HasSubstr("engines.docker.port is not a setting"));
    EXPECT_THAT(refusal("[engines.docker]\nsocket = \"docker.sock\""), HasSubstr("is the path of a socket"));
    EXPECT_THAT(refusal("[engines.\"a b\"]\nsocket = \"/x\""), HasSubstr("is not the name of an engine"));
}

}  // namespace
}  // namespace mcpctl
