// What a session with a stdio server costs against spawning the server and talking to it directly.
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <format>
#include <fstream>
#include <latch>
#include <print>
#include <thread>

#include "tests/bench/support/session_host.hpp"

namespace {

using namespace mcpctl;
using namespace mcpctl::bench;

struct Server {
    std::string name;
    Command command;
    int openings;
};

constexpr int trips = 3000;
constexpr int endings = 20;
constexpr int crowd = 100;
constexpr unsigned crowd_standbys = 4;
constexpr int soak = 1000;

void print_head(const std::string& title, const char* ratio) {
    std::println("\n{:<56} {:>9} {:>9} {:>10}", title, "median", "p99", ratio);
}

void print_row(const std::string& what, const Samples& samples, double ratio) {
    std::println("{:<56} {:>9.3f} {:>9.3f} {:>10.2f}", what, median(samples), at(samples, 0.99), ratio);
}

StdioPeer connect(const SessionHost& host) {
    return StdioPeer(Command{"mcpctl", "connect", host.name()}, Link::pipes);
}

double first_reply_of(auto make_peer) {
    const Stopwatch watch;
    StdioPeer peer = make_peer();
    peer.ping();
    const double passed = watch.passed();
    peer.close();
    return passed;
}

void measure_opening(const Server& server, SessionHost& warm) {
    SessionHost cold(server.name + "-cold", server.command, 0);
    Samples read;
    Samples call;
    Samples reply;
    Samples by_tool;
    Samples without_standby;
    Samples spawned;
    for (int round = 0; round < server.openings; ++round) {
        warm.settle();
        const Stopwatch reading;
        (void)warm.sessions();
        read.push_back(reading.passed());
        reply.push_back(first_reply_of([&] {
            const Stopwatch watch;
            ctl::OpenedSession session = warm.open();
            call.push_back(watch.passed());
            return StdioPeer(std::move(session.socket));
        }));
        warm.settle();
        by_tool.push_back(first_reply_of([&] { return connect(warm); }));
        warm.settle();
        spawned.push_back(first_reply_of([&] { return StdioPeer(server.command, Link::pipes); }));
        without_standby.push_back(first_reply_of([&] { return StdioPeer(cold.open().socket); }));
        cold.settle();
    }
    const auto row = [&](const char* what, const Samples& samples) {
        print_row(what, samples, median(spawned) / median(samples));
    };
    print_head(std::format("{}: opening, {} of each in turn; ms", server.name, server.openings), "x faster");
    row("spawned directly: to the first reply", spawned);
    row("ListSessions, for comparison: the call", read);
    row("OpenSession, warm: the call", call);
    row("OpenSession, warm: to the first reply", reply);
    row("mcpctl connect, warm: spawned, to the first reply", by_tool);
    row("OpenSession, cold: to the first reply", without_standby);
}

struct Talker {
    const char* what;
    StdioPeer peer;
    Samples samples = {};

    void take() {
        const Stopwatch watch;
        peer.ping();
        samples.push_back(watch.passed());
    }
};

void measure_trips(const Server& server, SessionHost& host) {
    std::vector<Talker> talkers;
    talkers.push_back({"child of ours, by a socketpair", StdioPeer(server.command, Link::socketpair)});
    talkers.push_back({"child of ours, by pipes", StdioPeer(server.command, Link::pipes)});
    // A unit of its own, and nothing of the sandbox.
    Command bare{"systemd-run", "--quiet", "--pipe"};
    bare.insert(bare.end(), server.command.begin(), server.command.end());
    talkers.push_back({"systemd-run --pipe, by a socketpair", StdioPeer(bare, Link::socketpair)});
    talkers.push_back({"session", StdioPeer(host.open().socket)});
    talkers.push_back({"mcpctl connect", connect(host)});
    for (int round = 0; round < trips / 10; ++round) {
        std::ranges::for_each(talkers, [](Talker& talker) { talker.peer.ping(); });
    }
    host.settle(2);
    for (int round = 0; round < trips; ++round) {
        std::ranges::for_each(talkers, &Talker::take);
    }
    print_head(std::format("{}: ping, {} of each in turn; ms", server.name, trips), "ratio");
    for (const Talker& talker : talkers) {
        print_row(talker.what, talker.samples, median(talker.samples) / median(talkers.front().samples));
    }
}

// From the end of its input until the server has exited. The test server exits at once.
double exit_time_of(StdioPeer& peer, int pid) {
    const UniqueFd process(int(::syscall(SYS_pidfd_open, pid, 0)));
    pollfd watched{process.get(), POLLIN, 0};
    const Stopwatch watch;
    peer.close_input();
    if (::poll(&watched, 1, 60'000) != 1) {
        throw std::runtime_error("the server goes on after the end of its input");
    }
    return watch.passed();
}

double session_exit_time(SessionHost& host, bool with_agent) {
    host.settle();
    ctl::OpenedSession session = host.open();
    StdioPeer peer(std::move(session.socket));
    const int pid = host.pid_of(session.id);
    peer.ping();
    host.settle(1);
    if (!with_agent) {
        host.agent().disconnect();
        (void)output_of({"systemctl", "stop", "--no-warn", "mcpctl-agent.service"});
    }
    return exit_time_of(peer, pid);
}

void measure_ending(const Server& server, SessionHost& host) {
    Samples child;
    Samples with_agent;
    Samples without_agent;
    for (int round = 0; round < endings; ++round) {
        StdioPeer spawned(server.command, Link::socketpair);
        spawned.ping();
        child.push_back(exit_time_of(spawned, spawned.pid()));
        with_agent.push_back(session_exit_time(host, true));
        without_agent.push_back(session_exit_time(host, false));
    }
    print_head(std::format("{}: client closes to server gone, {} of each in turn; ms", server.name, endings), "ratio");
    print_row("child of ours, by a socketpair", child, 1);
    print_row("session", with_agent, median(with_agent) / median(child));
    print_row("session, while no agent runs", without_agent, median(without_agent) / median(child));
}

struct Arrival {
    std::unique_ptr<ctl::AgentClient> agent = make_client();
    std::optional<StdioPeer> peer;
    double opened = 0;
    double answered = 0;
    std::string error = {};

    void arrive(const ctl::InstanceInfo& instance, std::latch& start) {
        try {
            start.arrive_and_wait();
            const Stopwatch watch;
            peer.emplace(std::move(required(agent->open_session(instance, patience), "OpenSession").socket));
            opened = watch.passed();
            peer->ping();
            answered = watch.passed();
        } catch (const std::exception& broken) {
            error = broken.what();
        }
    }
};

void measure_crowd(SessionHost& host) {
    host.settle();
    std::latch start(crowd);
    std::vector<Arrival> arrivals(crowd);
    for (Arrival& arrival : arrivals) {
        (void)required(arrival.agent->agent(), "connect");
    }
    {
        std::vector<std::jthread> threads;
        for (Arrival& arrival : arrivals) {
            threads.emplace_back([&] { arrival.arrive(host.instance(), start); });
        }
    }
    Samples opened;
    Samples answered;
    for (const Arrival& arrival : arrivals) {
        if (!arrival.error.empty()) {
            std::println("a session failed: {}", arrival.error);
            continue;
        }
        opened.push_back(arrival.opened);
        answered.push_back(arrival.answered);
    }
    const auto all = host.sessions();
    const auto cold = std::ranges::count(all, true, &ctl::SessionInfo::cold);
    std::println("\n{} sessions at once on {} standbys: {} succeeded, {} of them cold; ms", crowd, crowd_standbys,
                 answered.size(), cold);
    std::println("{:<20} {:>9} {:>9} {:>9}", "", "first", "median", "last");
    for (const auto& [what, samples] : {std::pair("opened", opened), std::pair("first reply", answered)}) {
        std::println("{:<20} {:>9.1f} {:>9.1f} {:>9.1f}", what, at(samples, 0), median(samples), at(samples, 1));
    }
}

struct Held {
    int pid = agent_pid();
    std::ptrdiff_t descriptors = std::distance(std::filesystem::directory_iterator(std::format("/proc/{}/fd", pid)),
                                               std::filesystem::directory_iterator());
    double resident_mb = usage_of(pid).resident_mb;
    std::ptrdiff_t units =
        std::ranges::count(output_of({"systemctl", "list-units", "--all", "--plain", "--no-legend", "mcpctl-*"}), '\n');
    int stored = std::stoi(
        output_of({"systemctl", "show", "--property=NFileDescriptorStore", "--value", "mcpctl-agent.service"}));
};

void print_held(const std::string& when, const Held& held) {
    std::println("{:<28} {:>11} {:>9.1f} {:>7} {:>8} {:>8}", when, held.descriptors, held.resident_mb, held.units,
                 held.pid, held.stored);
}

void open_and_close(SessionHost& host, int count) {
    for (int i = 0; i < count; ++i) {
        StdioPeer peer(host.open().socket);
        peer.ping();
    }
    host.settle();
}

void measure_soak(SessionHost& host) {
    host.settle();
    open_and_close(host, soak / 20);
    const Held before;
    const Stopwatch watch;
    open_and_close(host, soak);
    const double seconds = watch.passed() / 1000;
    const Held after;
    std::println("\n{} sessions opened, used and closed in {:.0f} s; the agent before and after", soak, seconds);
    std::println("{:<28} {:>11} {:>9} {:>7} {:>8} {:>8}", "", "descriptors", "RSS in MB", "units", "pid", "stored");
    print_held("before", before);
    print_held("after", after);
}

void measure() {
    install_server();
    print_machine();
    const Server everything{"everything", {"mcp-server-everything", "stdio"}, 30};
    const Server small{"test", {"mcp-test-server", "stdio"}, 60};
    for (const Server& server : {everything, small}) {
        SessionHost host(server.name, server.command, 1);
        measure_opening(server, host);
        measure_trips(server, host);
        if (server.name == small.name) {
            measure_ending(server, host);
        }
        (void)output_of({"mcpctl", "stop", host.name(), "--yes"});
    }
    SessionHost many("many", small.command, crowd_standbys);
    measure_crowd(many);
    measure_soak(many);
    print_machine();
}

}  // namespace

int main() {
    ::alarm(3600);  // reads wait for ever
    ::setlinebuf(stdout);
    try {
        measure();
    } catch (const std::exception& broken) {
        std::println(stderr, "the benchmark broke: {}", broken.what());
        return 1;
    }
    return 0;
}
