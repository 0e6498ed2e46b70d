#include "base/journal.hpp"

#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include <cstdio>
#include <cstdlib>
#include <format>
#include <string>
#include <vector>

namespace mcpctl::log {
namespace {

// systemd.exec(5): JOURNAL_STREAM holds device and inode of the stream that PID 1 connected to the journal.
bool stderr_is_journal() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat status{};
    if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) {
        return false;
    }
    return std::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

}  // namespace

void write(Priority priority, std::string_view message, std::span<const Field> fields) {
    static const bool to_journal = stderr_is_journal();
    if (!to_journal) {
        std::fprintf(stderr, "%.*s\n", int(message.size()), message.data());
        return;
    }
    std::vector<std::string> lines;
    lines.reserve(fields.size() + 2);
    lines.push_back(std::format("MESSAGE={}", message));
    lines.push_back(std::format("PRIORITY={}", int(priority)));
    for (const Field& field : fields) {
        lines.push_back(std::format("{}={}", field.name, field.value));
    }
    std::vector<iovec> parts;
    parts.reserve(lines.size());
    for (std::string& line : lines) {
        parts.push_back({line.data(), line.size()});
    }
    // A failure here has nowhere to be reported: the journal is where reports go.
    (void)sd_journal_sendv(parts.data(), int(parts.size()));
}

}  // namespace mcpctl::log
