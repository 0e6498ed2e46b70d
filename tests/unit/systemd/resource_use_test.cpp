// B08: what an instance uses, from its control group or from /proc, and nothing where neither tells.
#include "agent/systemd/resource_use.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace mcpctl::systemd {
namespace {

namespace fs = std::filesystem;

class AControlGroup : public testing::Test {
  protected:
    AControlGroup() : root_(fs::temp_directory_path() / ("mcpctl-use-" + InstanceId::generate().hex())) {
        write(group("") / "cgroup.procs", "");
    }
    ~AControlGroup() override { fs::remove_all(root_); }
    static void write(const fs::path& file, const std::string& text) {
        fs::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    [[nodiscard]] fs::path group(const std::string& below) const { return root_ / "cgroup/a.slice" / below; }
    void add_process(int pid, const std::string& unit, const std::string& name) const {
        write(group(unit) / "cgroup.procs", std::to_string(pid) + "\n");
        write(root_ / "proc" / std::to_string(pid) / "stat",
              std::to_string(pid) + " (" + name + ") S 1 2 3 4 5 6 7 8 9 10 100 50 0 0 20 0 3 0 99 1000000 25 1 1\n");
    }
    [[nodiscard]] ResourceUse use() const { return resource_use("/a.slice", root_ / "cgroup", root_ / "proc"); }

  private:
    fs::path root_;
};

TEST_F(AControlGroup, TellsWhatItsControllersCount) {
    write(group("memory.current"), "22454272\n");
    write(group("cpu.stat"), "usage_usec 1300000\nuser_usec 1\nsystem_usec 2\n");
    write(group("pids.current"), "11\n");
    EXPECT_EQ(use(), (ResourceUse{22454272, 1300000, 11}));
}

TEST_F(AControlGroup, IsAddedUpFromItsProcessesWhereAControllerIsMissing) {
    write(group("cpu.stat"), "usage_usec 1300000\n");
    add_process(7, "x-1.service", "node");
    add_process(8, "x-2.service", "a ) S 9 (b)");
    const std::uint64_t page = std::uint64_t(::sysconf(_SC_PAGESIZE));
    EXPECT_EQ(use(), (ResourceUse{50 * page, 1300000, 6}));
    fs::remove(group("cpu.stat"));
    EXPECT_EQ(use().cpu, 300 * 1'000'000 / std::uint64_t(::sysconf(_SC_CLK_TCK)));
}

TEST_F(AControlGroup, SaysNothingWhereNobodyTells) {
    EXPECT_EQ(use(), ResourceUse{});
    write(group("x-1.service/cgroup.procs"), "7\n");  // a process that must not be seen
    EXPECT_EQ(use(), ResourceUse{});
    EXPECT_EQ(resource_use(""), ResourceUse{});
    EXPECT_EQ(resource_use("/no-such.slice"), ResourceUse{});
}

}  // namespace
}  // namespace mcpctl::systemd
