// Space kept for bad times. On a full disk DELETE and checkpoint fail too; measured: freeing 1 MiB lets both go on.
#pragma once

#include <filesystem>

namespace mcpctl {

class Ballast {
  public:
    explicit Ballast(const std::filesystem::path& directory);

    // Takes the space, if the disk has as much again besides; false when it has not. Nothing to do when it is there.
    [[nodiscard]] bool take();
    // Gives the space back.
    void drop();

  private:
    std::filesystem::path file_;
};

}  // namespace mcpctl
