// How much of something one user has at a time: whoever is not root cannot make the agent hold any number of calls, for
// example such that wait for a password, or take all places of those who read logs.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <memory>
#include <string_view>

#include "base/error.hpp"

namespace mcpctl {

class UserQuota {
  public:
    struct Terms {
        std::size_t most;
        std::string_view what;  // "calls under way"
        std::string_view hint;  // for whoever has that many
    };
    explicit UserQuota(Terms terms) : terms_(terms) {}

    // One of them, as long as it lives, which may be longer than its quota.
    class Place {
      public:
        Place(std::shared_ptr<std::map<uid_t, std::size_t>> places, uid_t user);
        Place(Place&&) = default;
        Place& operator=(Place&&) = delete;
        ~Place();

      private:
        std::shared_ptr<std::map<uid_t, std::size_t>> places_;
        uid_t user_;
    };

    // LimitsExceeded with the number.
    [[nodiscard]] Result<Place> enter(uid_t user);
    // Of all users.
    [[nodiscard]] std::size_t taken() const;

  private:
    Terms terms_;
    std::shared_ptr<std::map<uid_t, std::size_t>> places_ = std::make_shared<std::map<uid_t, std::size_t>>();
};

// More than a person or a program has reason for; dbus-daemon lets one connection wait for 128 answers.
constexpr UserQuota::Terms calls_of_a_user{256, "calls under way", "wait for answers before you call again"};
// Of logs and of the audit trail.
constexpr UserQuota::Terms followers_of_a_user{16, "readers that follow", "end one of them, or read pages"};
// Starts and restarts. A stop is always possible.
constexpr UserQuota::Terms jobs_of_a_user{256, "starts and restarts under way", "wait for some of them, or stop them"};

}  // namespace mcpctl
