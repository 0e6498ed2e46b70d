#include "ctl/far/ways.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>

namespace mcpctl::ctl::far {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t day = 86'400ULL * 1'000'000;
constexpr std::size_t most_hosts = 64;

// When events were the way to a host.
using Entries = std::map<std::string, std::uint64_t>;

// A line for each: "sse HOST MICROSECONDS". What is no such line is passed over.
Entries read_entries(const std::string& file) {
    Entries entries;
    std::ifstream stream(file);
    for (std::string line; entries.size() < most_hosts && std::getline(stream, line);) {
        std::istringstream words(line);
        std::string way;
        std::string host;
        std::uint64_t at = 0;
        if (words >> way >> host >> at && way == "sse") {
            entries[host] = at;
        }
    }
    return entries;
}

bool is_recent(std::uint64_t at, std::uint64_t now) {
    return at <= now && now - at < day;
}

// Whole or not at all: others may read it at the same time.
void write_entries(const std::string& file, const Entries& entries) {
    std::error_code ignored;
    fs::create_directories(fs::path(file).parent_path(), ignored);
    const std::string fresh = file + "." + std::to_string(::getpid());
    {
        std::ofstream stream(fresh);
        for (const auto& [host, at] : entries) {
            stream << "sse " << host << ' ' << at << '\n';
        }
        stream.flush();
        if (!stream) {
            fs::remove(fresh, ignored);
            return;
        }
    }
    fs::rename(fresh, file, ignored);
    if (ignored) {
        fs::remove(fresh, ignored);
    }
}

}  // namespace

bool Ways::prefers_events(const std::string& host, std::uint64_t now_microseconds) const {
    const Entries entries = file_.empty() ? Entries() : read_entries(file_);
    const auto found = entries.find(host);
    return found != entries.end() && is_recent(found->second, now_microseconds);
}

void Ways::remember(const std::string& host, bool prefers_events, std::uint64_t now_microseconds) const {
    if (file_.empty() || (!prefers_events && !read_entries(file_).contains(host))) {
        return;
    }
    Entries entries = read_entries(file_);
    std::erase_if(entries, [&](const auto& entry) { return !is_recent(entry.second, now_microseconds); });
    if (prefers_events && entries.size() < most_hosts) {
        entries[host] = now_microseconds;
    } else {
        entries.erase(host);
    }
    write_entries(file_, entries);
}

}  // namespace mcpctl::ctl::far
