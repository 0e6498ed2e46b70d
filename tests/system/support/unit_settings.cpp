#include "tests/system/support/unit_settings.hpp"

#include <algorithm>
#include <set>
#include <sstream>

#include "tests/system/support/systemd.hpp"

namespace mcpctl::test {
namespace {

// PID 1 keeps these as sets, whose order a reload changes.
const std::set<std::string> unordered{"After",         "Before",   "Conflicts", "IPAddressAllow", "RequiresMountsFor",
                                      "IPAddressDeny", "Requires", "Wants",     "WantsMountsFor"};

std::string in_order(const std::string& line) {
    std::istringstream stream(line.substr(line.find('=') + 1));
    std::set<std::string> words{std::istream_iterator<std::string>(stream), {}};
    std::string ordered = line.substr(0, line.find('='));
    for (const std::string& word : words) {
        ordered += ' ' + word;
    }
    return ordered;
}

}  // namespace

std::vector<std::string> unit_settings(const std::string& unit) {
    std::vector<std::string> lines;
    std::istringstream stream(show_all(unit));
    for (std::string line; std::getline(stream, line);) {
        const std::string name = line.substr(0, line.find('='));
        const bool moving = name.contains("Timestamp") || name.starts_with("IP") || name.starts_with("IO") ||
                            name.contains("Memory") || name.contains("CPUUsage") || name.starts_with("Tasks");
        if (unordered.contains(name)) {
            lines.push_back(in_order(line));
        } else if (!moving || line.ends_with("infinity")) {
            lines.push_back(line.substr(0, line.find(" ; start_time=")));
        }
    }
    return lines;
}

std::vector<std::string> changed_settings(std::vector<std::string> before, std::vector<std::string> after) {
    std::ranges::sort(before);
    std::ranges::sort(after);
    std::vector<std::string> changed;
    std::ranges::set_symmetric_difference(before, after, std::back_inserter(changed));
    std::ranges::for_each(changed, [](std::string& line) { line.resize(std::min<std::size_t>(line.size(), 400)); });
    return changed;
}

}  // namespace mcpctl::test
