// What reading a log costs: sanitised JSON over the pipe and by pages, against journalctl and against a loop that does
// nothing but fetch messages, all over the same journal.
#include <fcntl.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <format>
#include <memory>
#include <print>
#include <vector>

#include "agent/core/ids.hpp"
#include "agent/logs/log_scan.hpp"
#include "agent/logs/system_journal.hpp"
#include "ctl/bus_client.hpp"
#include "ctl/log_follow.hpp"
#include "dbus/names.hpp"
#include "tests/bench/support/agent_client.hpp"
#include "tests/bench/support/measure.hpp"

namespace {

using namespace mcpctl;
using namespace mcpctl::bench;

constexpr std::size_t lines = 200'000;
constexpr int rounds = 5;

struct Measured {
    std::string what;
    Samples samples = {};
};

ctl::BusClient make_client() {
    return ctl::BusClient([](ctl::SteadyClock::time_point deadline, int interrupt) {
        return ctl::connect(ctl::ConnectionChoice::socket, dbus::socket_path, deadline, interrupt);
    });
}

// Moving and fetching a message is the least that a reader has to do.
std::size_t bare_loop(const std::string& match) {
    sd_journal* raw = nullptr;
    sd_journal_open(&raw, SD_JOURNAL_LOCAL_ONLY);
    const std::unique_ptr<sd_journal, decltype(&sd_journal_close)> journal(raw, sd_journal_close);
    sd_journal_add_match(raw, match.data(), match.size());
    std::size_t bytes = 0;
    while (sd_journal_next(raw) > 0) {
        const void* data = nullptr;
        std::size_t length = 0;
        bytes += sd_journal_get_data(raw, "MESSAGE", &data, &length) == 0 ? length : 0;
    }
    return bytes;
}

// The agent's own reader, without the agent.
std::size_t scan(const ctl::InstanceInfo& instance) {
    const InstanceId id = *InstanceId::parse(instance.id);
    logs::LogScan scan(logs::open_system_journal(id), {id, instance.profile, instance.server}, {});
    required(scan.begin(std::nullopt), "scan");
    std::size_t count = 0;
    while (true) {
        logs::LogBlock block;
        const auto end = scan.read(block, {2000, 256UL * 1024, std::nullopt});
        count += block.records.size();
        if (end != logs::ScanEnd::limit) {
            return count;
        }
    }
}

std::size_t follow(ctl::AgentClient& agent, const ctl::InstanceInfo& instance) {
    ctl::LogOptions options;
    options.since = "@0";
    const auto following = required(agent.follow_logs(instance, options), "FollowLogs");
    std::size_t count = 0;
    (void)following->take_lines(-1, [&](std::string_view) { ++count; }, [&] { return count < lines; });
    return count;
}

std::size_t pages(ctl::AgentClient& agent, const ctl::InstanceInfo& instance) {
    ctl::LogOptions options;
    options.since = "@0";
    std::size_t count = 0;
    for (bool more = true; more;) {
        const auto page = required(agent.logs(instance, options), "GetLogs");
        count += page.lines.size();
        more = page.more;
        options.cursor = page.cursor;
    }
    return count;
}

ctl::InstanceInfo write_log(ctl::AgentClient& agent) {
    (void)time_of({"mcpctl", "server", "add", "bench", "--transport", "streamable-http", "--", std::string(server_path),
                   "http", "--log-count", std::to_string(lines), "--log-stream", "stdout"});
    (void)time_of({"mcpctl", "start", "bench"});
    const auto instance = required(agent.find_instance("bench"), "bench");
    // Its first line says that it listens, and the generator's come before or after that.
    while (follow(agent, instance) < lines) {
    }
    return instance;
}

void measure() {
    install_server();
    auto agent = make_client();
    const auto instance = write_log(agent);
    std::string hex = instance.id;
    std::erase(hex, '-');
    const std::string match = std::format("_SYSTEMD_SLICE=mcpctl-{}.slice", hex);
    const auto journalctl = [&](const char* output) {
        return time_of({"sh", "-c", std::format("journalctl -q -o {} {} >/dev/null", output, match)});
    };
    const auto timed = [](auto work) {
        const Stopwatch watch;
        work();
        return watch.passed();
    };
    std::vector<Measured> all{{"journalctl -o json"},       {"journalctl -o cat"},         {"bare loop: next, MESSAGE"},
                              {"the agent's reader alone"}, {"FollowLogs, over the pipe"}, {"GetLogs, pages of 1000"},
                              {"mcpctl logs -o ndjson"},    {"mcpctl logs (text)"}};
    const double before = usage_of(agent_pid()).resident_mb;
    for (int round = 0; round < rounds; ++round) {
        all[0].samples.push_back(journalctl("json"));
        all[1].samples.push_back(journalctl("cat"));
        all[2].samples.push_back(timed([&] { bare_loop(match); }));
        all[3].samples.push_back(timed([&] { scan(instance); }));
        all[4].samples.push_back(timed([&] { follow(agent, instance); }));
        all[5].samples.push_back(timed([&] { pages(agent, instance); }));
        all[6].samples.push_back(time_of({"sh", "-c", "mcpctl logs bench --tail 300000 -o ndjson >/dev/null"}));
        all[7].samples.push_back(time_of({"sh", "-c", "mcpctl logs bench --tail 300000 >/dev/null"}));
    }
    std::println("{} lines, {} rounds in turn\n{:<32} {:>9} {:>12} {:>14} {:>10}", lines, rounds, "", "ms", "lines/s",
                 "to journalctl", "to bare");
    for (const Measured& one : all) {
        const double time = median(one.samples);
        std::println("{:<32} {:>9.0f} {:>12.0f} {:>13.1f}x {:>9.2f}x", one.what, time, lines * 1000.0 / time,
                     median(all[0].samples) / time, median(all[2].samples) / time);
    }
    std::println("agent: {:.1f} MB before, {:.1f} MB after", before, usage_of(agent_pid()).resident_mb);
}

}  // namespace

int main() {
    try {
        print_machine();
        measure();
    } catch (const std::exception& error) {
        std::println(stderr, "{}", error.what());
        return 1;
    }
    return 0;
}
