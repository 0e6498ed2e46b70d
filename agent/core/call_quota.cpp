#include "agent/core/call_quota.hpp"

#include <format>
#include <functional>
#include <numeric>
#include <utility>

namespace mcpctl {

CallQuota::Place::Place(std::shared_ptr<std::map<uid_t, std::size_t>> calls, uid_t user)
    : calls_(std::move(calls)), user_(user) {
    ++(*calls_)[user_];
}

CallQuota::Place::~Place() {
    if (calls_ && --(*calls_)[user_] == 0) {
        calls_->erase(user_);
    }
}

std::size_t CallQuota::under_way() const {
    return std::transform_reduce(calls_->begin(), calls_->end(), std::size_t(0), std::plus<>(),
                                 [](const auto& entry) { return entry.second; });
}

Result<CallQuota::Place> CallQuota::enter(uid_t user) {
    const auto present = calls_->find(user);
    if (user != 0 && present != calls_->end() && present->second >= most_of_user) {
        return fail(ErrorCode::LimitsExceeded, std::format("user {} has {} calls under way", user, most_of_user), {},
                    "wait for answers before you call again");
    }
    return Place(calls_, user);
}

}  // namespace mcpctl
