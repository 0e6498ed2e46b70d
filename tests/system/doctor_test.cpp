// What the doctor says of a machine that is well, and of each thing that is broken in it.
#include <filesystem>
#include <format>
#include <functional>

#include "tests/system/support/machine_test.hpp"
#include "tests/system/support/users.hpp"

namespace mcpctl::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

const User alice{"alice"};

struct Diagnosis {
    int status = -1;
    Json findings;

    // "problem: FINDING -> REMEDY" of the findings of that check, one a line.
    [[nodiscard]] std::string of(const std::string& check) const {
        std::string text;
        for (const Json& finding : findings) {
            if (finding["check"] == check) {
                text += std::format("{}: {} -> {}\n", finding["severity"].get<std::string>(),
                                    finding["finding"].get<std::string>(),
                                    finding["remedy"].is_null() ? "" : finding["remedy"].get<std::string>());
            }
        }
        return text;
    }
};

Diagnosis diagnosis() {
    const Output output = mcpctl({"doctor", "-o", "json"});
    return {output.status, Json::parse(output.out, nullptr, false)};
}

// Undoes what a test did to the machine, also where it fails.
class Undo {
  public:
    explicit Undo(std::function<void()> undo) : undo_(std::move(undo)) {}
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;
    ~Undo() { undo_(); }

  private:
    std::function<void()> undo_;
};

// Out of the way for as long as this lives.
class Hidden {
  public:
    explicit Hidden(fs::path path) : path_(std::move(path)) { fs::rename(path_, away()); }
    Hidden(const Hidden&) = delete;
    Hidden& operator=(const Hidden&) = delete;
    ~Hidden() { fs::rename(away(), path_); }

  private:
    [[nodiscard]] fs::path away() const { return path_.string() + ".hidden"; }
    fs::path path_;
};

class Doctor : public MachineTest {};

TEST_F(Doctor, FindsNoProblemInAMachineThatIsWell) {
    define_test_server("echo");
    start("echo");
    const Diagnosis diagnosed = diagnosis();
    EXPECT_EQ(diagnosed.status, 0) << diagnosed.findings.dump(1);
    for (const char* check : {"socket", "bus", "units", "systemd", "polkit", "store", "instances"}) {
        EXPECT_THAT(diagnosed.of(check), HasSubstr("ok: ")) << check;
    }
    EXPECT_THAT(diagnosed.of("http"), HasSubstr("switched off"));
    // The host key is there when the first secret has been set.
    EXPECT_THAT(diagnosed.of("secrets"), AnyOf(HasSubstr("ok: "), HasSubstr("note: there is no host key yet")));
    EXPECT_THAT(mcpctl({"doctor"}).out, HasSubstr("answers and knows all"));
    EXPECT_EQ(mcpctl({"doctor", "--quiet"}).out, "");
}

TEST_F(Doctor, TellsAnOrdinaryUserThatPolkitDecides) {
    alice.make();
    const Output output = alice.run({"mcpctl", "doctor"});
    EXPECT_EQ(output.status, 0) << output.out;
    EXPECT_THAT(output.out, AllOf(HasSubstr("polkit decides"), HasSubstr("the agent answers")));
}

TEST_F(Doctor, FindsASocketThatIsSwitchedOffAndItsRemedyHelps) {
    stop_agent();
    const Undo undo([] { systemctl({"start", "mcpctl-agent.socket"}); });
    systemctl({"stop", "mcpctl-agent.socket"});
    const Diagnosis diagnosed = diagnosis();
    EXPECT_EQ(diagnosed.status, 1);
    EXPECT_THAT(diagnosed.of("socket"), HasSubstr("problem: there is no /run/mcpctl/agent.socket"));
    EXPECT_THAT(diagnosed.of("units"), HasSubstr("mcpctl-agent.socket is inactive"));
    // Asked over the bus, the agent has come, and its socket with it.
    stop_agent();
    systemctl({"stop", "mcpctl-agent.socket"});
    EXPECT_THAT(mcpctl({"doctor", "--quiet"}).out, HasSubstr("socket\n"));
    stop_agent();
    systemctl({"stop", "mcpctl-agent.socket"});
    output_of({"sh", "-c", "systemctl enable --now mcpctl-agent.socket"});
    EXPECT_EQ(diagnosis().status, 0);
}

TEST_F(Doctor, FindsAnAgentThatFailsToStartAndTheUnitThatSaysWhy) {
    stop_agent();
    const Undo undo([] {
        run({"systemctl", "reset-failed", "mcpctl-agent.service"});
        systemctl({"restart", "mcpctl-agent.socket"});
    });
    const ConfigurationDropIn wrong("[agent]\nidle_timeout = \"soon\"\n");
    const Diagnosis diagnosed = diagnosis();
    EXPECT_EQ(diagnosed.status, 1);
    EXPECT_THAT(diagnosed.of("bus"), AllOf(HasSubstr("problem: "), HasSubstr("journalctl -u mcpctl-agent.service")));
    EXPECT_THAT(diagnosed.of("units") + diagnosed.of("socket"), HasSubstr("problem: "));
}

TEST_F(Doctor, FindsPolkitThatIsMissingOrDoesNotKnowOurActions) {
    {
        const Undo undo([] { systemctl({"unmask", "--runtime", "polkit.service"}); });
        systemctl({"stop", "polkit.service"});
        systemctl({"mask", "--runtime", "polkit.service"});
        EXPECT_THAT(diagnosis().of("polkit"),
                    AllOf(HasSubstr("problem: does not answer"), HasSubstr("polkit.service")));
    }
    systemctl({"stop", "polkit.service"});
    const Undo undo([] { systemctl({"stop", "polkit.service"}); });
    {
        const Hidden actions("/usr/share/polkit-1/actions/org.mcpctl.agent1.policy");
        const Diagnosis diagnosed = diagnosis();
        EXPECT_EQ(diagnosed.status, 1);
        EXPECT_THAT(diagnosed.of("polkit"), HasSubstr("knows 0 of mcpctl's"));
    }
    systemctl({"stop", "polkit.service"});
    EXPECT_THAT(diagnosis().of("polkit"), HasSubstr("ok: "));
}

// Containers and their engines: an engine that cannot start is told, one that answers too, with the journal's limit.
TEST_F(Doctor, FindsAnEngineThatDoesNotAnswer) {
    EXPECT_THAT(diagnosis().of("engines"), AllOf(HasSubstr("docker answers"), HasSubstr("LogRateLimitBurst=100000")));
    systemctl({"stop", "podman.service", "podman.socket"});
    const Undo undo([] {
        systemctl({"unmask", "--runtime", "podman.service"});
        run({"systemctl", "reset-failed", "podman.socket", "podman.service"});
        systemctl({"restart", "podman.socket"});
    });
    systemctl({"mask", "--runtime", "podman.service"});
    const Diagnosis diagnosed = diagnosis();
    EXPECT_THAT(diagnosed.of("engines"), AllOf(HasSubstr("docker answers"), Not(HasSubstr("podman answers"))));
}

TEST_F(Doctor, NamesAnInstanceThatHasFailed) {
    define_test_server("fragile", {}, {{"restart", {{"policy", "no"}}}});
    start("fragile");
    output_of({"kill", "-9", std::to_string(main_pid_of("fragile"))});
    EXPECT_TRUE(eventually([] { return state_of("fragile") == "failed"; }));
    const Diagnosis diagnosed = diagnosis();
    EXPECT_EQ(diagnosed.status, 1);
    EXPECT_THAT(diagnosed.of("instances"), AllOf(HasSubstr("fragile has failed"), HasSubstr("mcpctl status fragile")));
}

TEST_F(Doctor, WarnsOfAUnitThatChangedOnDisk) {
    define_test_server("echo");
    const fs::path drop_in = "/run/systemd/system/mcpctl-agent.service.d";
    const Undo undo([&] {
        fs::remove_all(drop_in);
        systemctl({"daemon-reload"});
    });
    mcpctl({"list"});  // the unit is loaded
    fs::create_directories(drop_in);
    output_of({"sh", "-c", "printf '[Unit]\\nDescription=x\\n' >" + (drop_in / "x.conf").string()});
    const Diagnosis diagnosed = diagnosis();
    EXPECT_EQ(diagnosed.status, 0) << "a warning is no problem";
    EXPECT_THAT(diagnosed.of("units"), HasSubstr("warning: mcpctl-agent.service has changed on disk"));
}

}  // namespace
}  // namespace mcpctl::test
