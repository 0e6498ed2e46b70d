#include "tests/disk/disk.hpp"

#include <fcntl.h>
#include <linux/loop.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <format>
#include <stdexcept>
#include <system_error>

namespace mcpctl::test {
namespace {

constexpr unsigned loop_major = 7;
constexpr unsigned misc_major = 10;
constexpr unsigned loop_control_minor = 237;

// <linux/ext4.h> has them since Linux 6.6 only.
constexpr unsigned long ext4_shutdown = _IOR('X', 125, std::uint32_t);
constexpr std::uint32_t without_flushing_the_log = 2;

[[noreturn]] void raise(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

// Opens a device, made first where /dev lacks it: that of a container shows no loop devices.
UniqueFd open_device(const std::string& path, mode_t type, dev_t number) {
    if (::mknod(path.c_str(), type | S_IRUSR | S_IWUSR, number) != 0 && errno != EEXIST) {
        raise(path);
    }
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!fd) {
        raise(path);
    }
    return fd;
}

void make_file_system(const std::string& device) {
    std::array<std::string, 8> words{"mkfs.ext4", "-q", "-F", "-m", "0", "-E", "nodiscard,lazy_itable_init=0", device};
    std::array<char*, 9> argv{};
    for (std::size_t i = 0; i < words.size(); ++i) {
        argv.at(i) = words.at(i).data();
    }
    pid_t pid = -1;
    if (const int error = ::posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ); error != 0) {
        throw std::system_error(error, std::generic_category(), words[0]);
    }
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid || status != 0) {
        throw std::runtime_error(std::format("{} of {} failed", words[0], device));
    }
}

}  // namespace

Disk::Disk(std::size_t bytes) : memory_(::memfd_create("disk", MFD_CLOEXEC)) {
    if (!memory_ || ::ftruncate(memory_.get(), off_t(bytes)) != 0) {
        raise("memfd_create");
    }
    attach();
    format();
}

Disk::~Disk() {
    if (!mounted_at_.empty()) {
        ::umount2(mounted_at_.c_str(), MNT_DETACH);
    }
}

// Whoever else looks for a free device at the same moment may be faster.
void Disk::attach() {
    const UniqueFd control = open_device("/dev/loop-control", S_IFCHR, ::makedev(misc_major, loop_control_minor));
    do {
        const int number = ::ioctl(control.get(), LOOP_CTL_GET_FREE);
        if (number < 0) {
            raise("no free loop device");
        }
        device_name_ = std::format("/dev/loop{}", number);
        device_ = open_device(device_name_, S_IFBLK, ::makedev(loop_major, unsigned(number)));
        loop_config config{};
        config.fd = std::uint32_t(memory_.get());
        config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
        if (::ioctl(device_.get(), LOOP_CONFIGURE, &config) == 0) {
            return;
        }
    } while (errno == EBUSY);
    raise(device_name_);
}

void Disk::format() {
    make_file_system(device_name_);
}

void Disk::mount(const std::filesystem::path& at) {
    if (::mount(device_name_.c_str(), at.c_str(), "ext4", 0, nullptr) != 0) {
        raise(std::format("mounting {} at {}", device_name_, at.string()));
    }
    mounted_at_ = at;
}

void Disk::cut() {
    const UniqueFd directory(::open(mounted_at_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    std::uint32_t how = without_flushing_the_log;
    if (!directory || ::ioctl(directory.get(), ext4_shutdown, &how) != 0) {
        raise("shutting the file system down");
    }
}

void Disk::unmount() {
    if (::umount2(mounted_at_.c_str(), 0) != 0) {
        raise(std::format("unmounting {}", mounted_at_.string()));
    }
    mounted_at_.clear();
}

}  // namespace mcpctl::test
