#include "agent/secrets/credential_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "agent/core/ids.hpp"
#include "base/unique_fd.hpp"

namespace mcpctl::secrets {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void throw_errno(const char* what, const fs::path& path) {
    throw fs::filesystem_error(what, path, std::error_code(errno, std::generic_category()));
}

void sync_directory(const fs::path& directory) {
    const UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) {
        throw_errno("cannot sync", directory);
    }
}

void make_directory(const fs::path& directory) {
    if (::mkdir(directory.c_str(), S_IRWXU) == 0) {
        sync_directory(directory.parent_path());
    } else if (errno != EEXIST) {
        throw_errno("cannot make", directory);
    }
}

void write_all(int fd, std::string_view text, const fs::path& path) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno != EINTR) {
            throw_errno("cannot write", path);
        }
        text.remove_prefix(std::size_t(std::max<ssize_t>(written, 0)));
    }
}

WallTime changed_at(const fs::path& file) {
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0) {
        return 0;
    }
    return WallTime(status.st_mtim.tv_sec) * 1'000'000 + WallTime(status.st_mtim.tv_nsec) / 1000;
}

}  // namespace

void write_credential(const fs::path& directory, const std::string& name, std::string_view text) {
    make_directory(directory);
    // No secret has a dot in its name. What a power cut has left is written anew.
    const fs::path temporary = directory / (name + ".new");
    {
        const UniqueFd fd(
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
        if (!fd || ::fchmod(fd.get(), S_IRUSR | S_IWUSR) != 0) {
            throw_errno("cannot open", temporary);
        }
        write_all(fd.get(), text, temporary);
        if (::fsync(fd.get()) != 0) {
            throw_errno("cannot sync", temporary);
        }
    }
    fs::rename(temporary, directory / name);
    sync_directory(directory);
}

void remove_credential(const fs::path& directory, const std::string& name) {
    if (fs::remove(directory / name)) {
        sync_directory(directory);
    }
}

std::vector<KeptSecret> list_credentials(const fs::path& directory) {
    std::vector<KeptSecret> kept;
    if (!fs::exists(directory)) {
        return kept;
    }
    for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
        std::string name = entry.path().filename();
        if (check_name(name, "name") && entry.is_regular_file()) {
            kept.push_back({std::move(name), changed_at(entry.path())});
        }
    }
    std::ranges::sort(kept, {}, &KeptSecret::name);
    return kept;
}

}  // namespace mcpctl::secrets
