#include "agent/store/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace mcpctl::files {
namespace {

UniqueFd open_file(const std::filesystem::path& path, int flags, mode_t mode = 0) {
    UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, mode));
    if (!fd) {
        throw std::filesystem::filesystem_error("cannot open", path, std::error_code(errno, std::generic_category()));
    }
    return fd;
}

void sync_path(const std::filesystem::path& path, int flags) {
    const UniqueFd fd = open_file(path, flags);
    if (::fsync(fd.get()) != 0) {
        throw std::filesystem::filesystem_error("cannot sync", path, std::error_code(errno, std::generic_category()));
    }
}

}  // namespace

void sync_directory(const std::filesystem::path& directory) {
    sync_path(directory, O_RDONLY | O_DIRECTORY);
}

void sync_file(const std::filesystem::path& file) {
    sync_path(file, O_RDWR);
}

void create_private(const std::filesystem::path& file) {
    (void)open_file(file, O_RDWR | O_CREAT, S_IRUSR | S_IWUSR);
}

void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::rename(from, to);
    sync_directory(to.parent_path());
}

void copy_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
    const std::filesystem::path temporary = to.string() + ".tmp";
    std::filesystem::remove(temporary);
    create_private(temporary);
    std::filesystem::copy_file(from, temporary, std::filesystem::copy_options::overwrite_existing);
    sync_file(temporary);
    rename_durably(temporary, to);
}

UniqueFd lock(const std::filesystem::path& file) {
    UniqueFd fd = open_file(file, O_RDWR | O_CREAT, S_IRUSR | S_IWUSR);
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
        return fd;
    }
    if (errno == EWOULDBLOCK) {
        return {};
    }
    throw std::filesystem::filesystem_error("cannot lock", file, std::error_code(errno, std::generic_category()));
}

}  // namespace mcpctl::files
