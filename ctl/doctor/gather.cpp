#include "ctl/doctor/gather.hpp"

#include <grp.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <format>
#include <fstream>
#include <iterator>
#include <memory>

#include "ctl/bus_client.hpp"
#include "ctl/doctor/gather_units.hpp"
#include "ctl/mcp/http_request.hpp"
#include "dbus/names.hpp"

namespace mcpctl::ctl {
namespace {

namespace fs = std::filesystem;

constexpr const char* state_directory = "/var/lib/mcpctl";

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

std::uint64_t free_bytes(const fs::path& path) {
    std::error_code failed;
    const auto space = fs::space(path, failed);
    return failed ? 0 : space.available;
}

// Asks the agent for its version, and where `instances` is given for those too.
WayFacts ask_agent(ConnectionChoice choice, std::vector<InstanceInfo>* instances) {
    BusClient client([choice](SteadyClock::time_point deadline, int interrupt_fd) {
        return connect(choice, dbus::socket_path, deadline, interrupt_fd);
    });
    const auto agent = client.agent();
    if (!agent) {
        return {{}, agent.error().reason};
    }
    if (instances != nullptr && instances->empty()) {
        *instances = client.instances().value_or(std::vector<InstanceInfo>());
    }
    return {agent->version, {}};
}

void gather_ways(Facts& facts) {
    const std::string socket(dbus::socket_path);
    facts.has_group = ::getgrnam("mcpctl") != nullptr;
    facts.socket_exists = is_there(socket);
    facts.may_use_socket = ::access(socket.c_str(), R_OK | W_OK) == 0;
    if (facts.may_use_socket) {
        facts.socket = ask_agent(ConnectionChoice::socket, &facts.instances);
    }
    if (facts.bus_problem.empty()) {
        facts.bus = ask_agent(ConnectionChoice::bus, &facts.instances);
    }
}

void gather_control_groups(Facts& facts) {
    struct statfs root{};
    facts.has_unified_cgroups = ::statfs("/sys/fs/cgroup", &root) == 0 && root.f_type == CGROUP2_SUPER_MAGIC;
    std::ifstream controllers("/sys/fs/cgroup/cgroup.controllers");
    facts.controllers = {std::istream_iterator<std::string>(controllers), {}};
}

std::string problem_of(const EngineFacts& engine) {
    HttpRequest ping({.url = "http://localhost/_ping", .unix_socket = engine.socket});
    const Patience patience{SteadyClock::now() + std::chrono::seconds(10), -1};
    while (true) {
        const auto more = ping.wait(patience);
        if (!more) {
            return more.error().reason;
        }
        (void)ping.take_body();
        if (!*more) {
            return ping.status() == 200 ? "" : std::format("it answers with status {}", ping.status());
        }
    }
}

void gather_engines(Facts& facts) {
    facts.engines = {{.name = "docker", .unit = "docker.service", .socket = "/run/docker.sock"},
                     {.name = "podman", .unit = "podman.service", .socket = "/run/podman/podman.sock"}};
    for (EngineFacts& engine : facts.engines) {
        engine.installed = is_there(engine.socket);
        engine.may_use = ::access(engine.socket.c_str(), R_OK | W_OK) == 0;
        if (engine.may_use) {
            engine.problem = problem_of(engine);
        }
    }
}

void gather_credentials(Facts& facts) {
    facts.has_credentials_service = is_there("/run/systemd/io.systemd.Credentials");
    facts.has_host_key = is_there("/var/lib/systemd/credential.secret");
    facts.has_tpm = is_there("/dev/tpmrm0");
}

void gather_journal(JournalFacts& facts) {
    std::array<char, SD_ID128_STRING_MAX> machine{};
    sd_id128_t id{};
    if (sd_id128_get_machine(&id) >= 0) {
        sd_id128_to_string(id, machine.data());
    }
    const fs::path directory = fs::path("/var/log/journal") / machine.data();
    facts.persistent = machine.front() != '\0' && is_there(directory);
    facts.free_bytes = free_bytes(facts.persistent ? directory : fs::path("/run/log/journal"));
    sd_journal* raw = nullptr;
    if (sd_journal_open(&raw, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM) < 0) {
        return;
    }
    const std::unique_ptr<sd_journal, decltype(&sd_journal_close)> journal(raw, &sd_journal_close);
    std::uint64_t used = 0;
    if (sd_journal_get_usage(raw, &used) >= 0 && used > 0) {
        facts.used_bytes = used;
        (void)sd_journal_get_cutoff_realtime_usec(raw, &facts.oldest, nullptr);
    }
}

void gather_state(Facts& facts) {
    struct statvfs state{};
    // Without the right to look into it, its place in the tree says as much.
    if (::statvfs(state_directory, &state) == 0 || ::statvfs("/var/lib", &state) == 0) {
        facts.state_free_bytes = std::uint64_t(state.f_bavail) * state.f_frsize;
        facts.state_is_read_only = (state.f_flag & ST_RDONLY) != 0;
    }
}

}  // namespace

Facts gather_facts() {
    Facts facts;
    facts.tool_version = MCPCTL_VERSION;
    gather_engines(facts);
    try {
        SystemBus bus;
        gather_from_bus(bus, facts);
    } catch (const sdbus::Error& error) {
        facts.bus_problem = error.getMessage();
    }
    gather_ways(facts);
    gather_control_groups(facts);
    gather_credentials(facts);
    gather_journal(facts.journal);
    gather_state(facts);
    return facts;
}

}  // namespace mcpctl::ctl
