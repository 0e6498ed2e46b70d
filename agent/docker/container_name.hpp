// The names and labels under which engines know our containers. A container has the name of the unit that stands for
// it, mcpctl-<id as 32 hex digits>-<generation>[-<process as 16 hex digits>], and is ours where its labels say the
// same.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "agent/core/runtime.hpp"

namespace mcpctl::docker {

using Labels = std::map<std::string, std::string>;

[[nodiscard]] std::string container_name(const WorkloadRef& workload);
[[nodiscard]] Labels container_labels(const WorkloadRef& workload, const std::string& installation_id,
                                      const std::string& profile);

// Which workload a container is, or nothing where it is not ours: without our labels, with those of another
// installation, or with labels that say something else than its name. Names are as engines give them, with a / in
// front.
[[nodiscard]] std::optional<WorkloadRef> workload_of(std::string_view name, const Labels& labels,
                                                     const std::string& installation_id);
// A name that could be ours.
[[nodiscard]] bool is_our_name(std::string_view name);

}  // namespace mcpctl::docker
