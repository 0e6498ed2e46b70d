// M16: bash, zsh and fish complete verbs, options and the names that exist now, at a real prompt.

#include "tests/system/support/machine_test.hpp"
#include "tests/system/support/users.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// zsh drives an interactive shell on a pseudo terminal: types LINE and a tab, and reads until UNTIL is there. Both
// shells are told to list at once, and to wait with nothing.
std::string typed(const std::string& shell, const std::string& line, const std::string& until) {
    constexpr const char* driver = R"ZSH(
        zmodload zsh/zpty
        case $1 in
            bash) command='env TERM=dumb PS1="> " bash --norc --noprofile -i'
                  setup='bind "set show-all-if-ambiguous on"; bind "set enable-bracketed-paste off"
                         bind "set page-completions off"; source /usr/share/bash-completion/bash_completion' ;;
            zsh) command='env TERM=dumb zsh -f -i'
                 setup='PS1="> "; unsetopt zle_bracketed_paste beep; LISTMAX=1000
                        autoload -Uz compinit; compinit -u -D' ;;
        esac
        zpty -e terminal $command
        zpty -w terminal "stty cols 200; $setup; echo set''tled"
        zpty -r terminal text '*settled*'
        zpty -n -w terminal "$2"$'\t'
        zpty -r terminal text "*$3*"
        print -r -- "$text"
        zpty -d terminal
    )ZSH";
    const Output output = run({"timeout", "20", "zsh", "-f", "-c", driver, "driver", shell, line, until});
    EXPECT_EQ(output.status, 0) << shell << " showed nothing like " << until << " for " << line << ": " << output.out
                                << output.err;
    return output.out;
}

// fish can be asked.
std::string fish(const std::string& line) {
    return output_of({"fish", "-c", "complete -C \"$argv[1]\"", line});
}

class Completion : public MachineTest {
  protected:
    void SetUp() override {
        MachineTest::SetUp();
        define_test_server("echo");
        define_test_server("elsewhere");
        start("echo");
    }
};

TEST_F(Completion, BashCompletesVerbsAndNames) {
    EXPECT_THAT(typed("bash", "mcpctl st", "stop*"), HasSubstr("status"));
    // One name is put on the line, with a blank behind it.
    typed("bash", "mcpctl stop e", "mcpctl stop echo ");
    typed("bash", "mcpctl server show els", "mcpctl server show elsewhere-server ");
    typed("bash", "mcpctl list --output=js", "--output=json ");
    typed("bash", "mcpctl server add -f /usr/share/doc/mcpctl/READ", "README.md");
}

TEST_F(Completion, ZshCompletesVerbsAndNamesWithDescriptions) {
    EXPECT_THAT(typed("zsh", "mcpctl st", "stop *-- Stop and remove*"), HasSubstr("Start an instance of a profile"));
    typed("zsh", "mcpctl stop e", "mcpctl stop echo ");
    typed("zsh", "mcpctl start e", "elsewhere *-- server elsewhere-server*");
    typed("zsh", "mcpctl list --output=js", "--output=json ");
    typed("zsh", "mcpctl server add -f /usr/share/doc/mcpctl/READ", "README.md");
}

TEST_F(Completion, FishCompletesVerbsAndNamesWithDescriptions) {
    const std::string verbs = fish("mcpctl st");
    EXPECT_THAT(verbs, HasSubstr("stop\tStop and remove instances; their logs stay"));
    EXPECT_THAT(verbs, HasSubstr("start\t"));
    EXPECT_EQ(fish("mcpctl stop "), "echo\trunning, profile echo");
    EXPECT_EQ(fish("mcpctl server show els"), "elsewhere-server\tstreamable-http");
    EXPECT_THAT(fish("mcpctl start els"), HasSubstr("elsewhere\tserver elsewhere-server"));
    EXPECT_THAT(fish("mcpctl list --output=js"), StartsWith("--output=json"));
    EXPECT_THAT(fish("mcpctl server add -f /usr/share/doc/mcpctl/READ"), HasSubstr("README.md"));
}

TEST_F(Completion, KnowsSecretsAndTokensForThoseWhoMaySeeThem) {
    ASSERT_EQ(mcpctl({"secret", "set", "api-key"}, "x").status, 0);
    ASSERT_EQ(mcpctl({"token", "create", "--name", "dashboard", "--scope", "view"}).status, 0);
    EXPECT_THAT(fish("mcpctl secret remove "), StartsWith("api-key\tnot used"));
    EXPECT_THAT(fish("mcpctl token revoke d"), StartsWith("dashboard\tview"));
    const User alice{"alice"};
    alice.make();
    EXPECT_EQ(alice.run({"mcpctl", "__complete", "--", "secret", "remove", ""}).out, ":none\n");
    EXPECT_THAT(alice.run({"mcpctl", "__complete", "--", "stop", ""}).out, HasSubstr("echo\t")) << "this is public";
    EXPECT_EQ(mcpctl({"token", "revoke", "dashboard", "--yes"}).status, 0);
    EXPECT_EQ(mcpctl({"secret", "remove", "api-key", "--yes"}).status, 0);
}

// An agent that is stopped answers nobody: a second later the line is as it was, and nothing was said.
TEST_F(Completion, GivesUpSoonAndSilentlyWhereTheAgentDoesNotAnswer) {
    const std::string agent = show("mcpctl-agent.service", "MainPID");
    ASSERT_EQ(run({"kill", "-STOP", agent}).status, 0);
    const auto begin = std::chrono::steady_clock::now();
    const Output names = mcpctl({"__complete", "--", "stop", ""});
    const auto took = std::chrono::steady_clock::now() - begin;
    const Output verbs = mcpctl({"__complete", "--", "sto"});
    ASSERT_EQ(run({"kill", "-CONT", agent}).status, 0);
    EXPECT_EQ(names.out, ":none\n");
    EXPECT_THAT(names.err, IsEmpty());
    EXPECT_EQ(names.status, 0);
    EXPECT_LT(took, 5s) << "it waits for a second";
    EXPECT_THAT(verbs.out, HasSubstr("stop\t")) << "verbs need no agent";
}

TEST_F(Completion, IsNothingThatPeopleAreToldOf) {
    EXPECT_THAT(mcpctl({"--help"}).out, Not(HasSubstr("__complete")));
    EXPECT_THAT(mcpctl({"complete"}).err, Not(HasSubstr("__complete")));
}

}  // namespace
}  // namespace mcpctl::test
