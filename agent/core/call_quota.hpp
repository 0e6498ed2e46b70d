// How many calls of one user are under way: whoever is not root cannot make the agent hold any number of them, for
// example by calls that wait for a password.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <memory>

#include "base/error.hpp"

namespace mcpctl {

class CallQuota {
  public:
    // More than a person or a program has reason for; dbus-daemon lets one connection wait for 128 answers.
    static constexpr std::size_t most_of_user = 256;

    // A call under way, as long as it lives, which may be longer than its quota.
    class Place {
      public:
        Place(std::shared_ptr<std::map<uid_t, std::size_t>> calls, uid_t user);
        Place(Place&&) = default;
        Place& operator=(Place&&) = delete;
        ~Place();

      private:
        std::shared_ptr<std::map<uid_t, std::size_t>> calls_;
        uid_t user_;
    };

    // LimitsExceeded with the number.
    [[nodiscard]] Result<Place> enter(uid_t user);
    // Of all users.
    [[nodiscard]] std::size_t under_way() const;

  private:
    std::shared_ptr<std::map<uid_t, std::size_t>> calls_ = std::make_shared<std::map<uid_t, std::size_t>>();
};

}  // namespace mcpctl
