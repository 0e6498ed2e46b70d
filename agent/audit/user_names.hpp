// Names of users. The system may ask a directory on the network, so only a worker thread does.
#pragma once

#include <sys/types.h>

#include <boost/asio/thread_pool.hpp>
#include <map>
#include <string>
#include <vector>

#include "agent/core/audit.hpp"
#include "base/async.hpp"

namespace mcpctl::audit {

class UserNames {
  public:
    explicit UserNames(asio::thread_pool& workers) : workers_(workers) {}

    // Asks for those that are not known yet.
    Task<void> learn(std::vector<uid_t> users);
    // The user's name, or its number where there is none or it was not asked for. The agent's own actions are the
    // agent's.
    [[nodiscard]] std::string of(const Actor& actor) const;

  private:
    asio::thread_pool& workers_;
    std::map<uid_t, std::string> names_;
};

}  // namespace mcpctl::audit
