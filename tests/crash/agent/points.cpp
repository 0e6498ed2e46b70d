#include "tests/crash/agent/points.hpp"

#include <unistd.h>

#include <csignal>
#include <format>
#include <fstream>
#include <iterator>
#include <mutex>
#include <set>
#include <string>

#include "tests/crash/point_files.hpp"

namespace mcpctl::crash {
namespace {

// The store's thread passes points as well as the loop.
struct Present {
    std::mutex mutex;
    std::string phase = "opening";
    std::optional<InstanceId> subject;
    std::set<std::string> passed;
};

Present& present() {
    static Present now;
    return now;
}

// What may happen any number of times is two places: the first time, and again.
std::string name_of(Present& now, std::string_view moment, std::string_view what) {
    std::string name = std::format("{}: {} {}", now.phase, moment, what);
    if (!now.passed.insert(name).second) {
        name += " again";
        now.passed.insert(name);
    }
    return name;
}

// The list loses its first line before we die, so that the next agent comes further.
void die_where_armed(const std::string& name) {
    std::ifstream file(armed_points);
    std::string first;
    if (!std::getline(file, first) || first != name) {
        return;
    }
    const std::string rest(std::istreambuf_iterator<char>(file), {});
    std::ofstream(armed_points, std::ios::trunc) << rest;
    (void)::kill(::getpid(), SIGKILL);
}

}  // namespace

void begin_phase(std::string_view phase, std::optional<InstanceId> subject) {
    Present& now = present();
    const std::scoped_lock guard(now.mutex);
    now.phase = phase;
    now.subject = subject;
    now.passed.clear();
}

bool is_worked_on(const InstanceId& instance) {
    Present& now = present();
    const std::scoped_lock guard(now.mutex);
    return !now.subject || *now.subject == instance;
}

void pass(std::string_view moment, std::string_view what) {
    Present& now = present();
    const std::scoped_lock guard(now.mutex);
    const std::string name = name_of(now, moment, what);
    std::ofstream(passed_points, std::ios::app) << name + '\n';
    die_where_armed(name);
}

}  // namespace mcpctl::crash
