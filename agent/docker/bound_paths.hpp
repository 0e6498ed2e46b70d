// Whether what a container is to see of this machine's files may be mounted into it: looked at where it lies, just
// before the container starts, since a path that was harmless when it was defined may lead elsewhere by now.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"

namespace mcpctl::docker {

// Refuses a path that is not there, that goes through a symbolic link, that leads to what check_bound_path() protects,
// or at or below which one of `sockets` lies.
[[nodiscard]] Result<void> check_on_disk(const std::string& path, const std::vector<std::string>& sockets);

}  // namespace mcpctl::docker
