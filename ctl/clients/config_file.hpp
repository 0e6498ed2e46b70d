// A configuration file of somebody's, replaced so that its reader finds the old one or the new one, and never a part.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace mcpctl::ctl {

// All of a file; - is standard input.
[[nodiscard]] Result<std::string> read_configuration(const std::string& path);

class ConfigFile {
  public:
    static constexpr std::size_t max_bytes = 16UL * 1024 * 1024;

    // Refuses what is no regular file, symbolic links included: what is written would not be where it was looked for,
    // or would take the link's place. A file that is not there yet is empty; its directory has to be there.
    [[nodiscard]] static Result<ConfigFile> open(const std::string& path);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const std::string& text() const { return text_; }

    // Keeps what was there as FILE.bak-TIME, whose path it gives; empty where there was no file. The new file has the
    // old one's owner and mode. Refused when somebody else has changed it since it was read.
    [[nodiscard]] Result<std::string> replace(std::string_view text) const;

  private:
    ConfigFile() = default;
    [[nodiscard]] bool is_unchanged() const;
    [[nodiscard]] Result<void> write_beside(const std::string& name, std::string_view text) const;

    std::string path_;
    std::string name_;  // in its directory
    UniqueFd directory_;
    struct stat before_{};
    bool existed_ = false;
    std::string text_;
};

}  // namespace mcpctl::ctl
