// A disk in memory with an ext4 file system on it, behind a loop device, to which one can do what a power cut does.
// Needs root. Nothing outlives the process and its mounts: the kernel gives device and memory back by itself.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/unique_fd.hpp"

namespace mcpctl::test {

class Disk {
  public:
    explicit Disk(std::size_t bytes);
    ~Disk();
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;

    // Makes the file system anew.
    void format();
    void mount(const std::filesystem::path& at);
    // What was written and not synced is gone, and everything fails from now on until the disk is mounted again.
    void cut();
    void unmount();

  private:
    void attach();

    UniqueFd memory_;
    UniqueFd device_;
    std::string device_name_;
    std::filesystem::path mounted_at_;
};

}  // namespace mcpctl::test
