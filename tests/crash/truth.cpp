#include "tests/crash/truth.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <format>
#include <fstream>
#include <iterator>
#include <sstream>

#include "agent/json/records.hpp"
#include "agent/store/sqlite_store.hpp"
#include "ctl/bus_client.hpp"
#include "dbus/names.hpp"
#include "tests/system/support/process.hpp"

namespace mcpctl::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* cgroups = "/sys/fs/cgroup/mcpctl.slice";

std::string slice_of(const ctl::InstanceInfo& instance) {
    return std::format("{}.slice", instance.unit.substr(0, instance.unit.rfind('-')));
}

std::set<std::string> entries(const fs::path& directory) {
    std::set<std::string> names;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(directory, ignored)) {
        if (entry.is_directory(ignored)) {
            names.insert(entry.path().filename());
        }
    }
    return names;
}

std::set<std::string> loaded_units() {
    std::set<std::string> units;
    std::istringstream lines(
        run({"systemctl", "list-units", "--all", "--plain", "--no-legend", "mcpctl-*-*.service"}).out);
    for (std::string line; std::getline(lines, line);) {
        const std::string unit = line.substr(0, line.find(' '));
        if (unit != "mcpctl-system-tests.service") {
            units.insert(unit);
        }
    }
    return units;
}

// The running agent has its database for itself, so a copy is read.
Result<StoredState> stored() {
    const fs::path copy = fs::temp_directory_path() / "store-copy";
    fs::remove_all(copy);
    fs::create_directories(copy);
    for (const char* name : {"store.db", "store.db-wal"}) {
        std::error_code missing;
        fs::copy_file(fs::path("/var/lib/mcpctl") / name, copy / name, missing);
    }
    asio::io_context loop;
    auto store = SqliteStore::open(loop.get_executor(), {.directory = copy, .durable = false});
    return store ? (*store)->load() : std::unexpected(store.error());
}

class Differences {
  public:
    void expect(bool same, std::string_view what) {
        if (!same) {
            text_ += std::format("{}\n", what);
        }
    }
    [[nodiscard]] std::string text() const { return text_; }

  private:
    std::string text_;
};

void compare_units(const std::vector<ctl::InstanceInfo>& instances, Differences& found) {
    std::set<std::string> units;
    std::set<std::string> slices;
    for (const ctl::InstanceInfo& instance : instances) {
        units.insert(instance.unit);
        slices.insert(slice_of(instance));
        found.expect(!processes_of(instance).empty(), std::format("{} has no process", instance.name));
        // A container is beside the unit that stands for it.
        const std::size_t groups = instance.runtime == "docker" ? 2 : 1;
        found.expect(entries(fs::path(cgroups) / slice_of(instance)).size() == groups,
                     std::format("the slice of {} does not hold {} groups", instance.name, groups));
    }
    for (const std::string& unit : loaded_units()) {
        found.expect(units.contains(unit), std::format("nobody owns {}", unit));
    }
    for (const std::string& slice : entries(cgroups)) {
        found.expect(!slice.ends_with(".slice") || slices.contains(slice), std::format("nobody owns {}", slice));
    }
}

void compare_rows(const std::vector<ctl::InstanceInfo>& instances, Differences& found) {
    const auto state = stored();
    if (!state) {
        found.expect(false, std::format("the store cannot be read: {}", state.error().reason));
        return;
    }
    for (const Job& job : state->jobs) {
        found.expect(job.ended(), std::format("job {} is open in the store", job.id));
    }
    found.expect(state->instances.size() == instances.size(),
                 std::format("the store has {} instances", state->instances.size()));
    for (const ctl::InstanceInfo& shown : instances) {
        const bool same = std::ranges::any_of(state->instances, [&](const Instance& row) {
            return row.id.text() == shown.id && row.generation == shown.generation &&
                   row.state == InstanceState::running && row.runtime_id == shown.runtime_id;
        });
        found.expect(same, std::format("{} is not in the store as it is shown", shown.name));
    }
}

}  // namespace

std::unique_ptr<ctl::AgentClient> new_client() {
    return std::make_unique<ctl::BusClient>([](ctl::SteadyClock::time_point deadline, int interrupt) {
        return ctl::connect(ctl::ConnectionChoice::socket, dbus::socket_path, deadline, interrupt);
    });
}

std::set<int> processes_of(const ctl::InstanceInfo& instance) {
    std::ifstream file(fs::path(cgroups) / slice_of(instance) / instance.unit / "cgroup.procs");
    return {std::istream_iterator<int>(file), {}};
}

std::string differences(const std::set<std::string>& names) {
    Differences found;
    const auto client = new_client();
    const auto instances = client->instances();
    const auto jobs = client->jobs();
    const auto agent = client->agent();
    if (!instances || !jobs || !agent) {
        const Error& error = !instances ? instances.error() : !jobs ? jobs.error() : agent.error();
        return std::format("the agent does not answer: {}", error.reason);
    }
    std::set<std::string> present;
    for (const ctl::InstanceInfo& instance : *instances) {
        found.expect(present.insert(instance.name).second, std::format("{} is there twice", instance.name));
        found.expect(names.contains(instance.name), std::format("{} should not be there", instance.name));
        found.expect(instance.state == "running", std::format("{} is {}", instance.name, instance.state));
    }
    for (const std::string& name : names) {
        found.expect(present.contains(name), std::format("{} is lost", name));
    }
    for (const ctl::JobInfo& job : *jobs) {
        found.expect(job.ended(), std::format("job {} is open", job.id));
    }
    for (const std::string& reason : agent->busy_reasons) {
        found.expect(!reason.contains("audit"), reason);
    }
    compare_units(*instances, found);
    compare_rows(*instances, found);
    return found.text();
}

}  // namespace mcpctl::test
