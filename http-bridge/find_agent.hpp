#pragma once

#include <sdbus-c++/IConnection.h>

#include <string>

#include "base/async.hpp"
#include "base/error.hpp"

namespace mcpctl::http_bridge {

// Starts the agent where none runs, and tells its unique name. The connection must outlive the call.
Task<Result<std::string>> find_agent(sdbus::IConnection& connection);

}  // namespace mcpctl::http_bridge
