#include "agent/audit/user_names.hpp"

#include <pwd.h>

#include <array>
#include <utility>

#include "agent/core/refusals.hpp"
#include "base/worker.hpp"

namespace mcpctl::audit {
namespace {

// Users get other names now and then.
constexpr std::size_t most_known = 1024;

std::string name_of_user(uid_t user) {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 16UL * 1024> buffer{};
    ::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found);
    return found == nullptr ? std::to_string(user) : found->pw_name;
}

}  // namespace

Task<void> UserNames::learn(std::vector<uid_t> users) {
    std::erase_if(users, [this](uid_t user) { return names_.contains(user); });
    if (users.empty()) {
        co_return;
    }
    auto learned = co_await on_worker(workers_, [users = std::move(users)] {
        std::map<uid_t, std::string> names;
        for (const uid_t user : users) {
            if (!names.contains(user)) {
                names.emplace(user, name_of_user(user));
            }
        }
        return names;
    });
    if (names_.size() + learned.size() > most_known) {
        names_.clear();
    }
    names_.merge(learned);
}

std::string UserNames::of(const Actor& actor) const {
    if (actor.via == AuditVia::agent) {
        return "agent";
    }
    if (!actor.token.empty()) {
        return "token:" + actor.token;
    }
    if (actor.uid == Refusals::others) {
        return "others";
    }
    const auto known = names_.find(actor.uid);
    return known == names_.end() ? std::to_string(actor.uid) : known->second;
}

}  // namespace mcpctl::audit
