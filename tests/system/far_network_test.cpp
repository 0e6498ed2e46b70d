// M16: the tool on another host, in a network namespace of its own, and a network between that is cut.
#include <format>

#include "tests/system/support/far_machine.hpp"
#include "tests/system/support/log_lines.hpp"

namespace mcpctl::test {
namespace {

constexpr int line_count = 100'000;
constexpr int lines_per_second = 10'000;
constexpr std::chrono::seconds cut_for{20};
constexpr const char* proxy_on_this_side = "https_proxy=http://10.98.0.1:8888";

class FarNetwork : public FarMachineTest {
  protected:
    void SetUp() override {
        FarMachineTest::SetUp();
        for (const auto& command :
             {std::vector<std::string>{"ip", "netns", "add", "client"},
              {"ip", "link", "add", "to-client", "type", "veth", "peer", "name", "eth0", "netns", "client"},
              {"ip", "address", "add", "10.98.0.1/24", "dev", "to-client"},
              {"ip", "link", "set", "to-client", "up"},
              {"ip", "-n", "client", "address", "add", "10.98.0.2/24", "dev", "eth0"},
              {"ip", "-n", "client", "link", "set", "eth0", "up"},
              {"ip", "-n", "client", "link", "set", "lo", "up"}}) {
            output_of(command);
        }
        start_tinyproxy("Listen 10.98.0.1\nAllow 127.0.0.1\nAllow 10.98.0.2\n");
    }
    void TearDown() override {
        run({"ip", "netns", "delete", "client"});
        FarMachineTest::TearDown();
    }

    [[nodiscard]] Process follow_from_there() const {
        std::vector<std::string> command{"ip", "netns", "exec", "client"};
        for (std::string& word :
             far_command({"logs", "writer", "-f", "-o", "ndjson", "--since", "@0"}, {proxy_on_this_side})) {
            command.push_back(std::move(word));
        }
        return Process(command);
    }
};

TEST_F(FarNetwork, IsCutForTwentySecondsAndEachOf100000LinesComesOnce) {
    start_writer(line_count, lines_per_second);
    Process follower = follow_from_there();
    wait_for_streams(1);
    output_of({"ip", "link", "set", "to-client", "down"});
    // So long it is cut: nothing that happens meanwhile ends it.
    EXPECT_FALSE(eventually([] { return false; }, cut_for));
    output_of({"ip", "link", "set", "to-client", "up"});
    wait_until_written("writer", line_count);
    stop("writer");
    const Output output = follower.wait(180s);
    EXPECT_EQ(output.status, 0) << output.err;
    expect_complete(objects_in(output.out), line_count);
}

}  // namespace
}  // namespace mcpctl::test
