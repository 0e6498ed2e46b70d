#include "agent/docker/bound_paths.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <format>
#include <memory>

#include "agent/core/definition_checks.hpp"

namespace mcpctl::docker {
namespace {

// Without symbolic links; empty and errno where it cannot be told.
std::string real_path(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
    return real ? std::string(real.get()) : std::string();
}

bool is_below_or_same(const std::string& path, const std::string& directory) {
    return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

std::unexpected<Error> refuse(const std::string& path, std::string_view why) {
    return fail(ErrorCode::InvalidArgument, std::format("{} cannot be mounted: {}", path, why), "sandbox");
}

}  // namespace

Result<void> check_on_disk(const std::string& path, const std::vector<std::string>& sockets) {
    const std::string real = real_path(path);
    if (real.empty()) {
        return refuse(path, std::strerror(errno));
    }
    if (real != path) {
        return refuse(path, std::format("it leads through a symbolic link to {}", real));
    }
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0 || (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode))) {
        return refuse(path, "it is neither a directory nor a file");
    }
    for (const std::string& socket : sockets) {
        const std::string there = real_path(socket);
        if (is_below_or_same(there.empty() ? socket : there, path)) {
            return refuse(path, "the socket of an engine lies in it");
        }
    }
    return check_bound_path(path, "sandbox");
}

}  // namespace mcpctl::docker
