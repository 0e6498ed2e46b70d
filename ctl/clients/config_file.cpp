#include "ctl/clients/config_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <format>

namespace mcpctl::ctl {
namespace {

std::unexpected<Error> failed(std::string_view what, const std::string& path, ErrorCode code) {
    return fail(code, std::format("cannot {} {}: {}", what, path, std::strerror(errno)));
}

ErrorCode code_of_errno() {
    return errno == EACCES || errno == EPERM ? ErrorCode::AccessDenied : ErrorCode::InvalidArgument;
}

Result<std::string> read_all(int fd, const std::string& path) {
    std::string text;
    std::string chunk(std::size_t{64} * 1024, '\0');
    while (true) {
        const ssize_t got = ::read(fd, chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return failed("read", path, code_of_errno());
        }
        if (got == 0) {
            return text;
        }
        text.append(chunk, 0, std::size_t(got));
        if (text.size() > ConfigFile::max_bytes) {
            return fail(ErrorCode::LimitsExceeded,
                        std::format("{} is larger than {} MiB", path, ConfigFile::max_bytes / 1024 / 1024));
        }
    }
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(fd, text.data(), text.size());
        if (count < 0 && errno != EINTR) {
            return false;
        }
        text.remove_prefix(std::size_t(std::max<ssize_t>(count, 0)));
    }
    return true;
}

std::string time_stamp() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return std::format("{:%Y%m%dT%H%M%SZ}", now);
}

}  // namespace

Result<std::string> read_configuration(const std::string& path) {
    const UniqueFd fd(path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return fd ? read_all(fd.get(), path == "-" ? "standard input" : path)
              : failed("read", path, errno == ENOENT ? ErrorCode::NotFound : code_of_errno());
}

Result<ConfigFile> ConfigFile::open(const std::string& path) {
    ConfigFile file;
    file.path_ = path;
    const std::size_t slash = path.rfind('/');
    file.name_ = path.substr(slash == std::string::npos ? 0 : slash + 1);
    if (file.name_.empty() || file.name_ == "." || file.name_ == "..") {
        return fail(ErrorCode::InvalidArgument, std::format("{} is not the name of a file", path), "--file");
    }
    const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    file.directory_.reset(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!file.directory_) {
        auto error = failed("open", directory, errno == ENOENT ? ErrorCode::NotFound : code_of_errno());
        error.error().hint = "is the client installed for this user? another file: --file FILE";
        return error;
    }
    const UniqueFd fd(
        ::openat(file.directory_.get(), file.name_.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!fd && errno == ENOENT) {
        return file;
    }
    if (!fd && errno == ELOOP) {
        return fail(ErrorCode::InvalidArgument, std::format("{} is a symbolic link", path), "--file",
                    "name the file that it leads to: --file FILE");
    }
    if (!fd || ::fstat(fd.get(), &file.before_) != 0) {
        return failed("read", path, code_of_errno());
    }
    if (!S_ISREG(file.before_.st_mode)) {
        return fail(ErrorCode::InvalidArgument, std::format("{} is not a file", path), "--file");
    }
    file.existed_ = true;
    return read_all(fd.get(), path).transform([&](std::string text) {
        file.text_ = std::move(text);
        return std::move(file);
    });
}

bool ConfigFile::is_unchanged() const {
    struct stat now{};
    if (::fstatat(directory_.get(), name_.c_str(), &now, AT_SYMLINK_NOFOLLOW) != 0) {
        return !existed_ && errno == ENOENT;
    }
    return existed_ && now.st_ino == before_.st_ino && now.st_dev == before_.st_dev && now.st_size == before_.st_size &&
           now.st_mtim.tv_sec == before_.st_mtim.tv_sec && now.st_mtim.tv_nsec == before_.st_mtim.tv_nsec;
}

Result<void> ConfigFile::write_beside(const std::string& name, std::string_view text) const {
    const UniqueFd fd(
        ::openat(directory_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) {
        return failed("write beside", path_, code_of_errno());
    }
    // A new file of root's in somebody's directory is his who has the directory.
    struct stat owner = before_;
    if (!existed_ && ::fstat(directory_.get(), &owner) != 0) {
        return failed("write beside", path_, code_of_errno());
    }
    const bool differs = owner.st_uid != ::geteuid() || owner.st_gid != ::getegid();
    const bool owned =
        !differs || (!existed_ && ::geteuid() != 0) || ::fchown(fd.get(), owner.st_uid, owner.st_gid) == 0;
    const bool written = owned && (!existed_ || ::fchmod(fd.get(), before_.st_mode & 07777) == 0) &&
                         write_all(fd.get(), text) && ::fsync(fd.get()) == 0;
    if (written) {
        return {};
    }
    auto error = failed("write beside", path_, code_of_errno());
    ::unlinkat(directory_.get(), name.c_str(), 0);
    return error;
}

Result<std::string> ConfigFile::replace(std::string_view text) const {
    const std::string stamp = time_stamp();
    const std::string backup = existed_ ? std::format("{}.bak-{}", name_, stamp) : std::string();
    const std::string fresh = std::format(".{}.{}.{}", name_, stamp, ::getpid());
    if (auto kept = existed_ ? write_beside(backup, text_) : Result<void>(); !kept) {
        return std::unexpected(std::move(kept.error()));
    }
    if (auto written = write_beside(fresh, text); !written) {
        return std::unexpected(std::move(written.error()));
    }
    if (!is_unchanged()) {
        ::unlinkat(directory_.get(), fresh.c_str(), 0);
        if (existed_) {
            ::unlinkat(directory_.get(), backup.c_str(), 0);
        }
        return fail(ErrorCode::Busy, std::format("{} was changed by somebody else at the same time", path_), "--file",
                    "end the client, and repeat it");
    }
    if (::renameat(directory_.get(), fresh.c_str(), directory_.get(), name_.c_str()) != 0 ||
        ::fsync(directory_.get()) != 0) {
        auto error = failed("replace", path_, code_of_errno());
        ::unlinkat(directory_.get(), fresh.c_str(), 0);
        return error;
    }
    return existed_ ? path_.substr(0, path_.size() - name_.size()) + backup : std::string();
}

}  // namespace mcpctl::ctl
