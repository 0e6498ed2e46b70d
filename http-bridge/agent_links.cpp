#include "http-bridge/agent_links.hpp"

#include <algorithm>
#include <boost/hash2/sha2.hpp>
#include <functional>
#include <ranges>

namespace mcpctl::http_bridge {
namespace {

// dbus-daemon gives one user 256 connections (dbus-daemon(1), max_connections_per_user).
constexpr std::size_t most_links = 128;
constexpr std::size_t most_opening = 32;
constexpr std::size_t most_opening_of_peer = 4;

std::string hash_of(std::string_view token) {
    boost::hash2::sha2_256 hash;
    hash.update(token.data(), token.size());
    return to_string(hash.result());
}

// Counts down however the coroutine ends.
struct Counted {
    Counted(std::shared_ptr<std::map<std::string, std::size_t>> all, std::string of)
        : opening(std::move(all)), peer(std::move(of)) {
        ++(*opening)[peer];
    }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() {
        if (const auto own = opening->find(peer); --own->second == 0) {
            opening->erase(own);
        }
    }
    std::shared_ptr<std::map<std::string, std::size_t>> opening;
    std::string peer;
};

}  // namespace

void AgentLinks::token_revoked(const std::string& name) {
    for (const auto& [hash, known] : known_) {
        known.link->token_revoked(name);
    }
}

void AgentLinks::drop_unusable() {
    std::erase_if(known_, [](const auto& entry) { return !entry.second.link->usable(); });
}

bool AgentLinks::make_room() {
    if (known_.size() < most_links) {
        return true;
    }
    // One that no request holds now, and was not used for longest.
    auto oldest = known_.end();
    for (auto each = known_.begin(); each != known_.end(); ++each) {
        if (each->second.link.use_count() == 1 && (oldest == known_.end() || each->second.used < oldest->second.used)) {
            oldest = each;
        }
    }
    if (oldest == known_.end()) {
        return false;
    }
    known_.erase(oldest);
    return true;
}

Task<Result<std::shared_ptr<AgentLink>>> AgentLinks::of(std::string token, std::string peer) {
    drop_unusable();
    const std::string hash = hash_of(token);
    if (const auto known = known_.find(hash); known != known_.end()) {
        known->second.used = Clock::now();
        co_return known->second.link;
    }
    const auto own = opening_->find(peer);
    const auto all = std::ranges::fold_left(*opening_ | std::views::values, std::size_t(0), std::plus());
    if (all >= most_opening || (own != opening_->end() && own->second >= most_opening_of_peer)) {
        co_return fail(ErrorCode::LimitsExceeded, "too many tokens are being shown at once", {},
                       "try again in a second");
    }
    const Counted opening(opening_, std::move(peer));
    auto link = co_await AgentLink::open(std::move(token));
    if (!link) {
        co_return std::unexpected(link.error());
    }
    if (!make_room()) {
        co_return fail(ErrorCode::LimitsExceeded, "too many tokens are in use at once", {}, "try again in a second");
    }
    known_.insert_or_assign(hash, Known{*link, Clock::now()});
    co_return *link;
}

}  // namespace mcpctl::http_bridge
