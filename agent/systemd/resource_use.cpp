#include "agent/systemd/resource_use.hpp"

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

namespace mcpctl::systemd {
namespace {

namespace fs = std::filesystem;

std::optional<std::uint64_t> number_in(const fs::path& file) {
    std::ifstream stream(file);
    std::uint64_t number = 0;
    return stream >> number ? std::optional(number) : std::nullopt;
}

// The value of a line "key value".
std::optional<std::uint64_t> entry_in(const fs::path& file, std::string_view wanted) {
    std::ifstream stream(file);
    std::string key;
    std::uint64_t value = 0;
    while (stream >> key >> value) {
        if (key == wanted) {
            return value;
        }
    }
    return std::nullopt;
}

void add_processes(const fs::path& group, std::vector<std::string>& pids) {
    std::ifstream stream(group / "cgroup.procs");
    pids.insert(pids.end(), std::istream_iterator<std::string>(stream), {});
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator(group, gone)) {
        if (entry.is_directory(gone)) {
            add_processes(entry.path(), pids);
        }
    }
}

// proc_pid_stat(5), of which the fields are counted from behind the name: it may hold anything.
void add_process(const fs::path& file, ResourceUse& sum) {
    std::ifstream stream(file);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) {
        return;  // it has ended, or must not be seen
    }
    std::istringstream rest(text.substr(name_end + 1));
    const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
    constexpr std::size_t user_time = 11;
    constexpr std::size_t system_time = 12;
    constexpr std::size_t threads = 17;
    constexpr std::size_t resident_pages = 21;
    if (fields.size() <= resident_pages) {
        return;
    }
    const auto field = [&](std::size_t index) { return std::strtoull(fields[index].c_str(), nullptr, 10); };
    const auto ticks_per_second = std::uint64_t(::sysconf(_SC_CLK_TCK));
    sum.memory = sum.memory.value_or(0) + field(resident_pages) * std::uint64_t(::sysconf(_SC_PAGESIZE));
    sum.cpu = sum.cpu.value_or(0) + (field(user_time) + field(system_time)) * 1'000'000 / ticks_per_second;
    sum.tasks = sum.tasks.value_or(0) + field(threads);
}

}  // namespace

ResourceUse resource_use(const std::string& group, const fs::path& cgroups, const fs::path& processes) {
    ResourceUse use;
    if (group.empty()) {
        return use;
    }
    // The second place is that of a host that mixes both versions of cgroups.
    std::error_code error;
    const fs::path usual = cgroups.string() + group;
    const fs::path directory =
        fs::is_directory(usual, error) ? usual : fs::path((cgroups / "unified").string() + group);
    use.memory = number_in(directory / "memory.current");
    use.cpu = entry_in(directory / "cpu.stat", "usage_usec");
    use.tasks = number_in(directory / "pids.current");
    if (use.memory && use.cpu && use.tasks) {
        return use;
    }
    std::vector<std::string> pids;
    add_processes(directory, pids);
    ResourceUse sum;
    for (const std::string& pid : pids) {
        add_process(processes / pid / "stat", sum);
    }
    use.memory = use.memory ? use.memory : sum.memory;
    use.cpu = use.cpu ? use.cpu : sum.cpu;
    use.tasks = use.tasks ? use.tasks : sum.tasks;
    return use;
}

}  // namespace mcpctl::systemd
