// The agent with a store that is full, cannot be written, is damaged, from the future or in use: what runs goes on,
// what was acknowledged is kept, and it says what is wrong (F12, F13).
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "tests/disk/disk.hpp"
#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

const fs::path directory = "/var/lib/mcpctl";
const fs::path database = directory / "store.db";
const fs::path filler = directory / "filler";
constexpr const char* agent_program = "/usr/libexec/mcpctl/mcpctl-agent";
constexpr const char* read_only_message = "MESSAGE_ID=8f6f1a1f2d0e4b7c9d3a5e0c61b7a108";
constexpr const char* restored_message = "MESSAGE_ID=8f6f1a1f2d0e4b7c9d3a5e0c61b7a109";
constexpr int rounds = 10;
constexpr int damages = 30;

std::string read_file(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void write_file(const fs::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
}

std::set<std::string> server_names() {
    std::istringstream words(output_of({"mcpctl", "server", "list", "-o", "name"}));
    return {std::istream_iterator<std::string>(words), {}};
}

// The store lies on a small disk of its own, and an instance runs.
class StoreDamage : public MachineTest {
  protected:
    void SetUp() override {
        stop_agent();
        fs::create_directories(directory);
        disk_.mount(directory);
        MachineTest::SetUp();
        define_test_server("echo");
        start("echo");
        instance_pid_ = main_pid_of("echo");
        known_ = server_names();
    }
    void TearDown() override {
        fs::remove(filler);
        MachineTest::TearDown();
        stop_agent();
        disk_.unmount();
    }

    // Adds servers until one is refused: every one before it was acknowledged.
    Output add_until_refused() {
        for (int i = 0; i < 200; ++i) {
            if (Output added = add(); added.status != 0) {
                return added;
            }
        }
        return {};
    }
    Output add() {
        const std::string name = std::format("s{}", ++last_server_);
        const Json command{"node", std::string(60'000, 'x')};
        const Json server{{"name", name}, {"transport", "streamable-http"}, {"run", {{"command", command}}}};
        Output added = mcpctl({"server", "add", "-f", "-"}, server.dump());
        if (added.status == 0) {
            known_.insert(name);
        }
        return added;
    }
    void remove_added() {
        while (known_.size() > 1) {
            const std::string name = *known_.rbegin();  // "echo-server" comes before them
            const Output removed = mcpctl({"server", "remove", name, "--yes"});
            ASSERT_EQ(removed.status, 0) << removed.err;
            known_.erase(name);
        }
    }
    void expect_untouched() const {
        EXPECT_EQ(server_names(), known_);
        EXPECT_EQ(state_of("echo"), "running");
        EXPECT_EQ(main_pid_of("echo"), instance_pid_);
    }
    // The store forgets audit records a little later than it was changed.
    static void wait_until_written() {
        EXPECT_TRUE(eventually([] {
            return !run({"busctl", "get-property", "org.mcpctl.Agent1", "/org/mcpctl/Agent1",
                         "org.mcpctl.Agent1.Manager", "BusyReasons"})
                        .out.contains("audit records");
        }));
    }
    // Others write to this disk too, also between a look at its space and the filling. Where free space is in many
    // pieces, the list of the filler's extents needs blocks of its own: each attempt leaves one more.
    static void fill_but(std::size_t left) {
        constexpr std::size_t block = 4096;
        EXPECT_TRUE(eventually([&left] {
            fs::remove(filler);
            const auto length = fs::space(directory).available - left;
            left += block;
            return run({"fallocate", "--length", std::to_string(length), filler}).status == 0;
        }));
    }
    // Leaves as much space as removals need. The first change that fails frees the log of those before it, and what is
    // written anew may fit into pages of servers that were removed: then the disk is not full any more.
    static void keep_full() {
        constexpr std::uintmax_t enough = 1'000'000;
        const std::uintmax_t available = fs::space(directory).available;
        if (available > enough) {
            const auto length = fs::file_size(filler) + available - enough;
            output_of({"fallocate", "--length", std::to_string(length), filler});
        }
    }
    // Every kind of change says the same.
    void expect_read_only(const Output& refused) const {
        const std::vector<Output> all{refused, mcpctl({"start", "echo"}), mcpctl({"stop", "echo", "--yes"}),
                                      mcpctl({"restart", "echo"})};
        for (const Output& output : all) {
            EXPECT_EQ(output.status, 1) << output.out;
            EXPECT_THAT(output.err, AllOf(HasSubstr("nothing was changed, the store cannot be written"),
                                          HasSubstr("look for free space and errors of the disk")));
        }
        expect_untouched();
    }

    Disk disk_{std::size_t{64} << 20};
    std::mt19937 random_{std::random_device{}()};
    int instance_pid_ = 0;
    std::set<std::string> known_;
    int last_server_ = 0;
};

// F13
TEST_F(StoreDamage, AFullDiskMakesItReadOnlyUntilThereIsSpace) {
    const int agent = agent_pid();
    for (int round = 0; round < rounds; ++round) {
        const std::size_t left = random_() % 1'000'000;
        SCOPED_TRACE(std::format("round {}: {} bytes left", round, left));
        wait_until_written();
        fill_but(left);
        const Output refused = add_until_refused();
        keep_full();
        expect_read_only(refused);
        remove_added();
        fs::remove(filler);
        EXPECT_EQ(add().status, 0);
    }
    expect_untouched();
    EXPECT_EQ(agent_pid(), agent);
    EXPECT_EQ(journal({read_only_message, std::format("_PID={}", agent)}).size(), std::size_t(rounds));
}

TEST_F(StoreDamage, WriteErrorsMakeItReadOnlyUntilTheyEnd) {
    const int agent = agent_pid();
    const auto limit_files = [&](const std::string& bytes) {
        output_of({"prlimit", "--pid", std::to_string(agent), std::format("--fsize={}:unlimited", bytes)});
    };
    for (int round = 0; round < rounds; ++round) {
        const auto limit = random_() % 2'000'000;
        SCOPED_TRACE(std::format("round {}: no file longer than {}", round, limit));
        limit_files(std::to_string(limit));
        expect_read_only(add_until_refused());
        limit_files("unlimited");
        EXPECT_EQ(add().status, 0);
        remove_added();
    }
    expect_untouched();
    EXPECT_EQ(agent_pid(), agent);
}

TEST_F(StoreDamage, ADiskThatIsGoneLosesNothingThatWasAcknowledged) {
    for (int round = 0; round < rounds; ++round) {
        for (auto count = random_() % 5; count > 0; --count) {
            EXPECT_EQ(add().status, 0);
        }
        disk_.cut();
        expect_read_only(add());
        stop_agent();
        disk_.unmount();
        disk_.mount(directory);
        expect_untouched();
    }
}

// A truncated file, overwritten pages or flipped bits.
std::string damaged(std::string content, std::mt19937& random) {
    const std::size_t at = random() % content.size();
    switch (random() % 3) {
        case 0:
            content.resize(at);
            break;
        case 1:
            content.replace(at, std::min<std::size_t>(4096, content.size() - at), 4096, char(random()));
            break;
        default:
            for (auto count = 1 + random() % 8; count > 0; --count) {
                content[random() % content.size()] ^= char(1U << random() % 8);
            }
    }
    return content;
}

std::size_t remove_damaged_files() {
    std::set<fs::path> found;
    for (const auto& entry : fs::directory_iterator(directory)) {
        if (entry.path().filename().string().starts_with("store.db.damaged-")) {
            found.insert(entry.path());
        }
    }
    for (const fs::path& file : found) {
        fs::remove(file);
    }
    return found.size();
}

TEST_F(StoreDamage, IsFoundAtStartAndRestoredFromTheBackup) {
    const auto seed = random_();
    SCOPED_TRACE(std::format("seed {}", seed));
    std::mt19937 random(seed);
    for (int i = 0; i < 5; ++i) {
        ASSERT_EQ(add().status, 0);
    }
    const auto restored_before = journal({restored_message}).size();
    std::size_t moved_aside = 0;
    for (int round = 0; round < damages; ++round) {
        SCOPED_TRACE(std::format("damage {}", round));
        stop_agent();
        write_file(database, damaged(read_file(database), random));
        expect_untouched();
        moved_aside += remove_damaged_files();
    }
    // Flipped bits may hit what nobody reads, or one row; the others cost the file.
    EXPECT_GT(moved_aside, std::size_t(damages / 3));
    EXPECT_GE(journal({restored_message}).size(), restored_before + moved_aside);
}

// As meta.cpp has it: FNV-1a.
std::int64_t checksum(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) {
        hash = (hash ^ std::uint8_t(c)) * 0x100000001b3;
    }
    return std::int64_t(hash);
}

TEST_F(StoreDamage, AStoreOfANewerVersionIsRefusedOnceAndLeftAlone) {
    stop_agent();
    const std::string sound = read_file(database);
    output_of({"sqlite3", database,
               std::format("UPDATE meta SET value = '99', checksum = {} WHERE key = 'schema'; PRAGMA user_version = 99",
                           checksum("schema=99"))});
    const std::string newer = read_file(database);
    const Output refused = mcpctl({"list", "--connection", "socket"});
    EXPECT_EQ(refused.status, 5) << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("systemctl status mcpctl-agent"));
    EXPECT_TRUE(eventually([] { return show(agent_service, "ActiveState") == "failed"; }));
    EXPECT_EQ(show(agent_service, "ExecMainStatus"), "78");
    EXPECT_TRUE(wrote(agent_service, "store.db has schema 99"));
    EXPECT_TRUE(wrote(agent_service, "install the newer version again"));
    // Nobody starts it again for the caller that it turned away.
    const std::string last = show(agent_service, "InvocationID");
    EXPECT_TRUE(holds_for(1s, [&] { return show(agent_service, "InvocationID") == last; }));
    EXPECT_EQ(show("mcpctl-agent.socket", "ActiveState"), "active");
    EXPECT_EQ(read_file(database), newer);
    write_file(database, sound);
    expect_untouched();
}

TEST_F(StoreDamage, ASecondAgentIsRefusedAndTheFirstUnharmed) {
    const int agent = agent_pid();
    const Output second = run({agent_program, "--state-directory", directory});
    EXPECT_EQ(second.status, 1);
    EXPECT_THAT(second.err, AllOf(HasSubstr("another agent uses /var/lib/mcpctl"), HasSubstr("stop it")));
    EXPECT_EQ(agent_pid(), agent);
    EXPECT_EQ(add().status, 0);
    expect_untouched();
}

}  // namespace
}  // namespace mcpctl::test
