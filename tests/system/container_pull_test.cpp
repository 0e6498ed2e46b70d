// Images that a registry of this machine has: fetched when the profile says so, with progress, and recorded (M01).
#include <algorithm>
#include <filesystem>
#include <format>
#include <fstream>

#include "tests/system/support/containers.hpp"

namespace mcpctl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

constexpr const char* address = "127.0.0.1:5000";
constexpr const char* image = "127.0.0.1:5000/mcp-test:latest";
// Docker speaks without TLS to this machine as it is; Podman has to be told.
constexpr const char* podman_setting = "/etc/containers/registries.conf.d/mcpctl-test.conf";

// tests/fixtures/registry, for as long as this object lives.
class Registry {
  public:
    explicit Registry(const std::string& version, const std::string& speed = "")
        : process_({"node", script(), "5000", "/usr/local/bin/mcp-test-server", version, speed}) {
        EXPECT_TRUE(eventually([] { return run(get("/v2/")).status == 0; }));
    }
    // Of one that is slow: sends what it holds back.
    static void release() { output_of(get("/release")); }

  private:
    static std::string script() {
        const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
        return here / "../../../../tests/fixtures/registry/registry.mjs";
    }
    static std::vector<std::string> get(const std::string& path) {
        return {"curl", "--silent", "--fail", std::format("http://{}{}", address, path)};
    }

    Process process_;
};

class ContainerPull : public OnEachEngine {
  protected:
    void SetUp() override {
        std::filesystem::create_directories(std::filesystem::path(podman_setting).parent_path());
        std::ofstream(podman_setting) << std::format("[[registry]]\nlocation = \"{}\"\ninsecure = true\n", address);
        // It reads its settings once.
        systemctl({"stop", "podman.service"});
        OnEachEngine::SetUp();
        add_server({{"name", "fetched"},
                    {"transport", "streamable-http"},
                    {"run", {{"image", image}, {"args", {"http", "--listen", "0.0.0.0"}}}}});
    }
    void TearDown() override {
        OnEachEngine::TearDown();
        // With the untagged ones, whose layer would not have to be fetched again.
        run({tool(), "rmi", "--force", image});
        run({tool(), "image", "prune", "--force"});
        std::filesystem::remove(podman_setting);
    }
    // Profile `name` of it, which fetches when `pull` says so.
    void define(const std::string& name, const std::string& pull) const {
        add_profile({{"name", name}, {"server", "fetched"}, {"runtime", "docker"}, {"engine", tool()}, {"pull", pull}});
    }
    [[nodiscard]] Json image_now() const { return Json::parse(engine({"image", "inspect", image}))[0]; }
    [[nodiscard]] std::string version_of(const std::string& instance) const {
        return inspect(container_of(instance))["Config"]["Labels"].value("version", "");
    }
};

INSTANTIATE_TEST_SUITE_P(Engines, ContainerPull, engines, name_of_engine);

TEST_P(ContainerPull, HappensWhereTheImageIsMissingAndRecordsItsDigest) {
    define("never", "never");
    define("missing", "missing");
    {
        const Registry registry("1");
        EXPECT_THAT(mcpctl({"start", "never"}).err, HasSubstr("is not there, and pull is never"));
        const Json started = start("missing");
        EXPECT_THAT(started.value("imageId", ""), MatchesRegex("sha256:[0-9a-f]{64}"));
        EXPECT_THAT(started.value("imageId", ""), HasSubstr(image_now().value("Id", "none")));
        EXPECT_THAT(mcpctl({"status", "missing"}).out, HasSubstr(started.value("imageId", "none")));
        EXPECT_EQ(version_of("missing"), "1");
        stop("missing");
    }
    // It is there now, so neither needs the registry, and a new image in it is not looked for.
    start("never");
    start("missing");
    stop("never");
    stop("missing");
    const Registry newer("2");
    start("missing");
    EXPECT_EQ(version_of("missing"), "1");
}

TEST_P(ContainerPull, HappensEachTimeWhereTheProfileSaysAlways) {
    define("always", "always");
    std::string before;
    for (const char* version : {"1", "2"}) {
        const Registry registry(version);
        const Json started = start("always");
        EXPECT_EQ(version_of("always"), version);
        EXPECT_NE(started["imageId"], before);
        before = started["imageId"];
        stop("always");
    }
    // And a registry that is gone is a reason not to start, although the image is there.
    const Output started = mcpctl({"start", "always"});
    EXPECT_EQ(started.status, 1);
    EXPECT_THAT(started.err, HasSubstr(std::format("image {} cannot be fetched", image)));
}

TEST_P(ContainerPull, TellsTheJobHowFarItIsAndIsCancelledByAStop) {
    define("missing", "missing");
    const Registry registry("1", "slow");
    const auto shows_progress = [] {
        return std::ranges::any_of(mcpctl_json({"jobs"}), [](const Json& job) {
            return job.value("progress", "").starts_with("fetching the image: 0 of 1 layers, ");
        });
    };
    {
        Process starting = mcpctl_process({"start", "missing"});
        ASSERT_TRUE(eventually(shows_progress)) << mcpctl_json({"jobs"});
        EXPECT_EQ(state_of("missing"), "starting");
        stop("missing");
        const Output started = starting.wait();
        EXPECT_EQ(started.status, 1);
        EXPECT_THAT(started.err, HasSubstr("cancel"));
        EXPECT_THAT(containers(), ElementsAre());
    }
    Registry::release();
    Process starting = mcpctl_process({"start", "missing"});
    ASSERT_TRUE(eventually([&] {
        Registry::release();
        return state_of("missing") == "running";
    }));
    EXPECT_EQ(starting.wait().status, 0);
}

}  // namespace
}  // namespace mcpctl::test
