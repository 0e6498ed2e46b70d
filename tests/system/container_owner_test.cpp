// Containers of somebody else, whatever they call themselves: refused with the reason, and never touched (M13).
#include <format>

#include "tests/system/support/containers.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;

using Labels = std::vector<std::pair<std::string, std::string>>;

class ContainerOwner : public OnEachEngine {
  protected:
    // A container that runs and is somebody else's. Returns its id.
    std::string put(const std::string& name, const Labels& labels) const {
        std::vector<std::string> arguments{"run", "--detach", "--name", name};
        for (const auto& [label, value] : labels) {
            arguments.insert(arguments.end(), {"--label", std::format("org.mcpctl.{}={}", label, value)});
        }
        arguments.insert(arguments.end(), {test_image, "http"});
        return engine(arguments);
    }
    [[nodiscard]] bool is_untouched(const std::string& id) const {
        const Json container = inspect(id);
        return container.value("Id", "") == id && container["State"]["Status"] == "running";
    }
    // Labels as the instance's next container has them.
    [[nodiscard]] Labels labels_of_next(const std::string& instance) const {
        const Json labels = inspect(container_of(instance))["Config"]["Labels"];
        return {{"managed", "true"},
                {"installation", labels.value("org.mcpctl.installation", "")},
                {"instance", labels.value("org.mcpctl.instance", "")},
                {"generation", std::to_string(generation_of(instance) + 1)},
                {"profile", labels.value("org.mcpctl.profile", "")}};
    }
    static int generation_of(const std::string& instance) { return status_of(instance).value("generation", 0); }
    static std::string name_of_next(const std::string& instance) {
        std::string hex = status_of(instance).value("id", "");
        std::erase(hex, '-');
        return std::format("mcpctl-{}-{}", hex, generation_of(instance) + 1);
    }
    static Labels with(Labels labels, const std::string& label, const std::string& value) {
        for (auto& [name, old] : labels) {
            old = name == label ? value : old;
        }
        return labels;
    }
};

INSTANTIATE_TEST_SUITE_P(Engines, ContainerOwner, engines, name_of_engine);

TEST_P(ContainerOwner, IsNotUsWhereTheNameIsOursAndALabelIsNot) {
    define_in_container("boxed");
    start("boxed");
    const std::string foreign(32, 'f');
    const Labels ours = labels_of_next("boxed");
    // What does not change from one generation to the next, with what is wrong about it.
    for (const auto& [what, label, value] :
         {std::tuple("no label", "", ""),
          {"not said to be managed", "managed", "false"},
          {"of another installation", "installation", foreign.c_str()},
          {"of an older generation", "generation", "1"},
          {"of another instance", "instance", "bd1ed430-8d3a-451a-826a-5330c63899a3"},
          {"of no instance", "instance", "../../etc/passwd"}}) {
        SCOPED_TRACE(what);
        const Labels next = with(ours, "generation", std::to_string(generation_of("boxed") + 1));
        const std::string name = name_of_next("boxed");
        const std::string id = put(name, *label == '\0' ? Labels() : with(next, label, value));
        const Output restarted = mcpctl({"restart", "boxed"});
        EXPECT_EQ(restarted.status, 1);
        EXPECT_THAT(restarted.err, HasSubstr(name + " was not made by this installation and is left alone"));
        EXPECT_EQ(state_of("boxed"), "failed");
        EXPECT_EQ(mcpctl({"stop", "boxed", "--yes"}).status, 1);
        EXPECT_TRUE(is_untouched(id));
        engine({"rm", "--force", id});
        EXPECT_EQ(mcpctl({"restart", "boxed"}).status, 0);
    }
}

TEST_P(ContainerOwner, IsNotUsWhereTheLabelsAreOursAndTheNameIsNot) {
    define_in_container("boxed");
    start("boxed");
    Labels labels = labels_of_next("boxed");
    const std::string id = put("copied-labels", with(labels, "generation", "1"));
    const std::string unknown = put("mcpctl-bd1ed4308d3a451a826a5330c63899a3-1", {{"managed", "true"}});
    // By no name of it.
    for (const std::string& name : {id, id.substr(0, 12), std::string("copied-labels")}) {
        EXPECT_EQ(mcpctl({"stop", name, "--yes"}).status, 4) << name;
        EXPECT_EQ(mcpctl({"restart", name}).status, 4) << name;
    }
    // Nor by an agent that looks at all there is, nor with all that is ours.
    kill_agent();
    EXPECT_TRUE(eventually([] { return state_of("boxed") == "running"; }));
    mcpctl_json({"restart", "boxed"});
    stop("boxed");
    EXPECT_TRUE(is_untouched(id));
    EXPECT_TRUE(is_untouched(unknown));
    EXPECT_TRUE(eventually([] {
        return !journal({"_SYSTEMD_UNIT=mcpctl-agent.service", "UNIT=mcpctl-bd1ed4308d3a451a826a5330c63899a3-1"})
                    .empty();
    }));
    engine({"rm", "--force", id, unknown});
}

}  // namespace
}  // namespace mcpctl::test
