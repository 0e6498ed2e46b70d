#include "agent/systemd/executable.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <format>
#include <string_view>

#include "agent/core/launch_failure.hpp"

namespace mcpctl::systemd {
namespace {

constexpr std::array<std::string_view, 4> search_path{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin"};
// Our own unit's sandbox hides these.
constexpr std::array<std::string_view, 5> perhaps_hidden{"/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/"};

// 0, or why it cannot be executed. Not access(2): the workload is somebody else.
int why_not_executable(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) {
        return errno;
    }
    return S_ISREG(status.st_mode) && (status.st_mode & 0111) != 0 ? 0 : EACCES;
}

std::unexpected<Error> missing(const std::string& command, std::string_view why, std::string hint) {
    return std::unexpected(
        launch_failure({ReasonCode::missing_executable, std::format("{}: {}", command, why)}, std::move(hint)));
}

}  // namespace

Result<std::string> find_executable(const std::string& command) {
    if (command.starts_with('/')) {
        for (const std::string_view prefix : perhaps_hidden) {
            if (command.starts_with(prefix)) {
                return command;
            }
        }
        if (const int error = why_not_executable(command); error != 0) {
            return missing(command, std::strerror(error), "the command must be an executable file");
        }
        return command;
    }
    if (command.contains('/')) {
        return missing(command, "neither a name nor an absolute path", "write the command's whole path");
    }
    for (const std::string_view directory : search_path) {
        if (std::string path = std::format("{}/{}", directory, command); why_not_executable(path) == 0) {
            return path;
        }
    }
    return missing(command, "No such file or directory",
                   "it is in none of /usr/local/sbin, /usr/local/bin, /usr/sbin and /usr/bin; write its whole path");
}

bool could_be_found_as(const std::string& command, std::string_view path) {
    return path == command || std::ranges::any_of(search_path, [&](std::string_view directory) {
               return !command.contains('/') && path == std::format("{}/{}", directory, command);
           });
}

}  // namespace mcpctl::systemd
