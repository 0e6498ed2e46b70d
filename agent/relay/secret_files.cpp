#include "agent/relay/secret_files.hpp"

#include <cstdlib>
#include <filesystem>
#include <format>

#include "agent/core/container_secrets.hpp"

namespace mcpctl::relay {
namespace {

namespace fs = std::filesystem;

constexpr auto readable = fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
constexpr auto enterable =
    readable | fs::perms::owner_write | fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;

void copy_all(const fs::path& from, const fs::path& to) {
    fs::create_directory(to);
    fs::permissions(to, enterable);
    for (const fs::directory_entry& credential : fs::directory_iterator(from)) {
        const fs::path file = to / credential.path().filename();
        fs::remove(file);
        // By the kernel: their bytes do not come into this process.
        fs::copy_file(credential.path(), file);
        fs::permissions(file, readable);
    }
}

}  // namespace

Result<void> place_secrets() {
    const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
    const char* runtime = std::getenv("RUNTIME_DIRECTORY");
    if (credentials == nullptr || runtime == nullptr) {
        return {};
    }
    try {
        copy_all(credentials, fs::path(runtime) / container_secrets);
        return {};
    } catch (const fs::filesystem_error& error) {
        return fail(ErrorCode::StorageFailed, std::format("its secrets cannot be placed: {}", error.what()));
    }
}

}  // namespace mcpctl::relay
