#include "agent/core/refusals.hpp"

#include <algorithm>
#include <utility>

namespace mcpctl {
namespace {

// As of so many instances that none is named.
void forget_subject(AuditRecord& record) {
    record.instance.clear();
    record.name.clear();
    record.profile.clear();
    record.server.clear();
}

}  // namespace

void Refusals::note(AuditRecord record, Clock::time_point now) {
    Kind kind{record.result, record.actor.uid, record.action, record.error, record.actor.token};
    if (!table_.contains(kind) && table_.size() >= most_kinds) {
        record.actor.uid = others;
        record.actor.token.clear();
        record.error.clear();
        record.reason.clear();
        forget_subject(record);
        // Two more rows at most.
        kind = {record.result, others, AuditAction::read, {}, {}};
    }
    const auto [position, is_new] = table_.try_emplace(std::move(kind));
    Counted& counted = position->second;
    if (is_new) {
        counted.due = now;
    }
    if (is_new || counted.record.count == 0) {
        counted.record = std::move(record);
        return;
    }
    if (counted.record.instance != record.instance) {
        forget_subject(counted.record);
    }
    ++counted.record.count;
}

void Refusals::deliver(Counted& counted, Clock::time_point now, const Send& send) {
    if (counted.record.count == 0) {
        return;
    }
    if (!send(counted.record)) {
        counted.due = now + shortest_pause;
        return;
    }
    counted.record.count = 0;
    counted.due = now + counted.pause;
    counted.pause = std::min<Clock::duration>(counted.pause * 2, longest_pause);
}

void Refusals::deliver(Clock::time_point now, const Send& send) {
    std::erase_if(table_, [&](auto& entry) {
        Counted& counted = entry.second;
        if (counted.due > now) {
            return false;
        }
        const bool is_over = counted.record.count == 0;
        deliver(counted, now, send);
        return is_over;
    });
}

void Refusals::deliver_all(Clock::time_point now, const Send& send) {
    for (auto& [kind, counted] : table_) {
        deliver(counted, now, send);
    }
}

std::vector<uid_t> Refusals::users() const {
    std::vector<uid_t> users;
    for (const auto& [kind, counted] : table_) {
        users.push_back(counted.record.actor.uid);
    }
    return users;
}

std::optional<Clock::time_point> Refusals::next() const {
    const auto first = std::ranges::min_element(table_, {}, [](const auto& entry) { return entry.second.due; });
    return first == table_.end() ? std::nullopt : std::optional(first->second.due);
}

std::size_t Refusals::pending() const {
    return std::size_t(std::ranges::count_if(table_, [](const auto& entry) { return entry.second.record.count > 0; }));
}

}  // namespace mcpctl
