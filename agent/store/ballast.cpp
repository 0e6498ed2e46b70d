#include "agent/store/ballast.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <system_error>

#include "base/unique_fd.hpp"

namespace mcpctl {
namespace {

constexpr off_t ballast_bytes = off_t{1024} * 1024;

}  // namespace

Ballast::Ballast(const std::filesystem::path& directory) : file_(directory / "store.ballast") {}

bool Ballast::take() {
    std::error_code ignored;
    if (std::filesystem::file_size(file_, ignored) == std::uintmax_t(ballast_bytes)) {
        return true;
    }
    const UniqueFd fd(::open(file_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    // Twice its size first: where only the ballast fitted, the next write would fail again at once. Allocating tells
    // about quotas and reserved blocks as well, which statvfs does not.
    if (fd && ::posix_fallocate(fd.get(), 0, 2 * ballast_bytes) == 0 && ::ftruncate(fd.get(), ballast_bytes) == 0) {
        return true;
    }
    drop();
    return false;
}

void Ballast::drop() {
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
}

}  // namespace mcpctl
