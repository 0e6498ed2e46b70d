// mcpctl-exec-env as PID 1 runs it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace mcpctl {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

struct Ended {
    int status = -1;
    std::string output;  // both streams
};

struct ExecEnv : ::testing::Test {
    fs::path directory;

    void SetUp() override {
        std::string shape = fs::temp_directory_path() / "mcpctl-exec-XXXXXX";
        directory = ::mkdtemp(shape.data());
    }
    void TearDown() override { fs::remove_all(directory); }

    void keep(const std::string& name, const std::string& value) const {
        std::ofstream(directory / name, std::ios::binary) << value;
    }
    [[nodiscard]] Ended run(std::vector<std::string> arguments, bool with_directory = true) const {
        int ends[2];
        EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        arguments.insert(arguments.begin(), MCPCTL_EXEC_ENV_BUILT);
        std::vector<char*> argv;
        for (std::string& argument : arguments) {
            argv.push_back(argument.data());
        }
        argv.push_back(nullptr);
        std::vector<std::string> environment{"KEPT=yes", "API_KEY=old", "PATH=/nonexistent"};
        if (with_directory) {
            environment.push_back("CREDENTIALS_DIRECTORY=" + directory.string());
        }
        std::vector<char*> envp;
        for (std::string& variable : environment) {
            envp.push_back(variable.data());
        }
        envp.push_back(nullptr);
        const pid_t child = ::fork();
        if (child == 0) {
            ::dup2(ends[1], STDOUT_FILENO);
            ::dup2(ends[1], STDERR_FILENO);
            ::execve(argv[0], argv.data(), envp.data());
            ::_exit(127);
        }
        ::close(ends[1]);
        Ended ended;
        char part[4096];
        for (ssize_t got = 0; (got = ::read(ends[0], part, sizeof part)) > 0;) {
            ended.output.append(part, std::size_t(got));
        }
        ::close(ends[0]);
        int status = 0;
        ::waitpid(child, &status, 0);
        ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
        return ended;
    }
};

TEST_F(ExecEnv, SetsTheVariablesAndBecomesTheProgram) {
    keep("api-key", "s3cret value\n");
    keep("other", "no newline");
    const Ended ended = run({"API_KEY=api-key", "OTHER=other", "--", "/usr/bin/env"});
    EXPECT_EQ(ended.status, 0) << ended.output;
    EXPECT_THAT(ended.output, HasSubstr("API_KEY=s3cret value\n"));
    EXPECT_THAT(ended.output, HasSubstr("OTHER=no newline\n"));
    EXPECT_THAT(ended.output, HasSubstr("KEPT=yes\n"));
    EXPECT_THAT(ended.output, Not(HasSubstr("API_KEY=old")));
}

TEST_F(ExecEnv, TakesAwayOneNewlineAndNothingElse) {
    keep("key", " a\nb \n\n");
    const Ended ended = run({"KEY=key", "--", "sh", "-c", "printf '[%s]' \"$KEY\""});
    EXPECT_EQ(ended.output, "[ a\nb \n]");
}

// PATH may be the definition's, the agent's look at the program was not.
TEST_F(ExecEnv, LooksForTheProgramWhereTheAgentDid) {
    keep("key", "x");
    EXPECT_EQ(run({"KEY=key", "--", "true"}).status, 0);
    const Ended missing = run({"KEY=key", "--", "no-such-program"});
    EXPECT_EQ(missing.status, 203);
    EXPECT_EQ(missing.output, "mcpctl-exec-env: no-such-program: No such file or directory\n");
}

TEST_F(ExecEnv, HandsArgumentsOnAsTheyAre) {
    keep("key", "x");
    const Ended ended = run({"KEY=key", "--", "/bin/echo", "-n", "--", "a=b", "$KEY", ""});
    EXPECT_EQ(ended.output, "-- a=b $KEY ");
}

TEST_F(ExecEnv, NamesTheSecretThatIsNotThere) {
    keep("key", "s3cret");
    const Ended ended = run({"KEY=key", "OTHER=other", "--", "/bin/true"});
    EXPECT_EQ(ended.status, 243);
    EXPECT_EQ(ended.output, "mcpctl-exec-env: other: No such file or directory\n");
    EXPECT_EQ(run({"KEY=key", "--", "/bin/true"}, false).status, 243);
}

TEST_F(ExecEnv, RefusesWhatNoVariableCanHoldAndDoesNotShowIt) {
    keep("key", std::string("s3cret\0more", 11));
    const Ended with_nul = run({"KEY=key", "--", "/bin/true"});
    EXPECT_EQ(with_nul.status, 243);
    EXPECT_THAT(with_nul.output, HasSubstr("key: holds a NUL byte"));
    EXPECT_THAT(with_nul.output, Not(HasSubstr("s3cret")));
    keep("key", std::string(16 * 1024, 'x'));
    EXPECT_EQ(run({"KEY=key", "--", "/bin/true"}).status, 0);
    keep("key", std::string(16 * 1024 + 1, 'x'));
    EXPECT_EQ(run({"KEY=key", "--", "/bin/true"}).status, 243);
}

TEST_F(ExecEnv, StaysInItsDirectory) {
    EXPECT_EQ(run({"KEY=../key", "--", "/bin/true"}).status, 243);
    fs::create_symlink("/etc/hostname", directory / "link");
    EXPECT_EQ(run({"KEY=link", "--", "/bin/true"}).status, 243);
    EXPECT_EQ(run({"KEY", "--", "/bin/true"}).status, 243);
    EXPECT_EQ(run({"KEY=key"}).status, 203);
    EXPECT_EQ(run({"KEY=key", "--"}).status, 203);
}

}  // namespace
}  // namespace mcpctl
