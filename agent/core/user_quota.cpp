#include "agent/core/user_quota.hpp"

#include <format>
#include <functional>
#include <numeric>
#include <utility>

namespace mcpctl {

UserQuota::Place::Place(std::shared_ptr<std::map<uid_t, std::size_t>> places, uid_t user)
    : places_(std::move(places)), user_(user) {
    ++(*places_)[user_];
}

UserQuota::Place::~Place() {
    if (places_ && --(*places_)[user_] == 0) {
        places_->erase(user_);
    }
}

std::size_t UserQuota::taken() const {
    return std::transform_reduce(places_->begin(), places_->end(), std::size_t(0), std::plus<>(),
                                 [](const auto& entry) { return entry.second; });
}

Result<UserQuota::Place> UserQuota::enter(uid_t user) {
    const auto present = places_->find(user);
    if (user != 0 && present != places_->end() && present->second >= terms_.most) {
        return fail(ErrorCode::LimitsExceeded, std::format("user {} has {} {}", user, terms_.most, terms_.what), {},
                    std::string(terms_.hint));
    }
    return Place(places_, user);
}

}  // namespace mcpctl
