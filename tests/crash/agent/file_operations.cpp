// Points inside the store: every operation of this program and its libraries that changes a file of the store. What the
// program itself defines is found before libc's, by SQLite and by libstdc++ as well.
#include <dlfcn.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <format>
#include <string>
#include <string_view>

#include "tests/crash/agent/points.hpp"

namespace {

constexpr std::string_view store = "store.";

template <class Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

std::string_view file_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

std::string path_of(int fd) {
    std::array<char, 4096> path{};
    const auto length = ::readlink(std::format("/proc/self/fd/{}", fd).c_str(), path.data(), path.size());
    return {path.data(), std::size_t(length < 0 ? 0 : length)};
}

template <class Call>
auto around(std::string_view operation, std::string_view path, Call call) {
    const std::string_view name = file_name(path);
    if (!name.starts_with(store)) {
        return call();
    }
    const std::string what = std::format("{} {}", operation, name);
    mcpctl::crash::pass("before", what);
    const auto result = call();
    mcpctl::crash::pass("after", what);
    return result;
}

}  // namespace

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) {
    return around("write", path_of(fd), [&] { return real<decltype(pwrite64)>("pwrite64")(fd, data, size, offset); });
}
int fsync(int fd) {
    return around("sync", path_of(fd), [&] { return real<decltype(fsync)>("fsync")(fd); });
}
int fdatasync(int fd) {
    return around("sync", path_of(fd), [&] { return real<decltype(fdatasync)>("fdatasync")(fd); });
}
int ftruncate64(int fd, off64_t size) noexcept {
    return around("truncate", path_of(fd), [&] { return real<decltype(ftruncate64)>("ftruncate64")(fd, size); });
}
int rename(const char* from, const char* to) noexcept {
    return around("rename", from, [&] { return real<decltype(rename)>("rename")(from, to); });
}
int unlink(const char* path) noexcept {
    return around("unlink", path, [&] { return real<decltype(unlink)>("unlink")(path); });
}
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
