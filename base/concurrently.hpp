// Several coroutines at once where order does not matter.
#pragma once

#include <cstddef>
#include <functional>

#include "base/async.hpp"

namespace mcpctl {

// Runs work(0) to work(count - 1), at most `width` of them at a time, and returns when all have ended. What `work`
// refers to must outlive the call, nothing more.
Task<void> concurrently(std::size_t count, std::size_t width, std::function<Task<void>(std::size_t)> work);

}  // namespace mcpctl
