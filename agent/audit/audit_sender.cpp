#include "agent/audit/audit_sender.hpp"

#include <algorithm>
#include <utility>

#include "agent/audit/audit_fields.hpp"
#include "base/worker.hpp"

namespace mcpctl::audit {
namespace {

// On their way at a time: well below the agent's own rate limit.
constexpr std::ptrdiff_t most_in_flight = 2000;
// Clocks of two threads are read a little apart.
constexpr WallTime slack = 1'000'000;

}  // namespace

AuditSender::AuditSender(asio::any_io_executor executor, asio::thread_pool& workers, AuditSink& sink,
                         OpenAuditJournal open, UserNames& names, std::string installation, SenderPauses pauses)
    : executor_(std::move(executor)),
      workers_(workers),
      sink_(sink),
      open_(std::move(open)),
      names_(names),
      installation_(std::move(installation)),
      pauses_(pauses) {}

void AuditSender::resume(std::vector<AuditRecord> outbox, std::uint64_t last) {
    last_ = last;
    last_given_ = wall_time_now();
    resumed_ = !outbox.empty();
    add(std::move(outbox));
}

void AuditSender::add(std::vector<AuditRecord> records) {
    for (AuditRecord& record : records) {
        if (record.seq > last_) {
            last_ = record.seq;
            last_given_ = record.time;
        }
        waiting_.push_back({std::move(record)});
    }
    // The store has given them up as well.
    while (waiting_.size() > most_in_outbox) {
        waiting_.pop_front();
    }
    if (!waiting_.empty() && !std::exchange(delivering_, true)) {
        spawn_detached(executor_, "sending audit records", deliver());
    }
}

Task<bool> AuditSender::until_arrived(Clock::time_point deadline) {
    hurry_.notify();
    while (!waiting_.empty()) {
        if (!co_await arrived_.wait_until(deadline)) {
            co_return false;
        }
    }
    co_return true;
}

Task<void> AuditSender::deliver() {
    auto pause = pauses_.usual;
    bool taken = true;
    while (!waiting_.empty()) {
        if (!std::exchange(resumed_, false)) {
            co_await learn_names();
            if (!std::exchange(taken, send()) && taken) {
                pause = pauses_.usual;  // journald is back
            }
            co_await hurry_.wait_until(Clock::now() + pause);
        }
        const Seen seen =
            co_await on_worker(workers_, [this, since = waiting_.front().record.time] { return look(since); });
        mark(seen);
        pause = forget_arrived(seen) ? pauses_.usual : std::min(pause * 2, pauses_.longest);
        arrived_.notify();
    }
    delivering_ = false;
    drained_();
}

Task<void> AuditSender::learn_names() {
    std::vector<uid_t> users;
    for (const Waiting& waiting : waiting_) {
        if (!waiting.sent && waiting.record.actor.via != AuditVia::agent &&
            !std::ranges::contains(users, waiting.record.actor.uid)) {
            users.push_back(waiting.record.actor.uid);
        }
    }
    co_await names_.learn(std::move(users));
}

bool AuditSender::send() {
    auto in_flight = std::ranges::count_if(waiting_, [](const Waiting& each) { return each.sent && !each.arrived; });
    for (Waiting& waiting : waiting_) {
        if (waiting.sent || in_flight >= most_in_flight) {
            continue;
        }
        if (!sink_.send(journal_entry_of(waiting.record, names_.of(waiting.record.actor), installation_))) {
            return false;
        }
        waiting.sent = true;
        ++in_flight;
    }
    return true;
}

// On a worker thread.
AuditSender::Seen AuditSender::look(WallTime since) {
    Seen seen{.settled = sink_.settle(), .numbers = {}};
    if (!journal_) {
        journal_ = open_();
        // Some may have been sent by the agent before this one.
        journal_->seek_time(since > slack ? since - slack : 0);
    }
    journal_->refresh();
    while (journal_->next()) {
        if (journal_->entry().installation == installation_) {
            seen.numbers.push_back(journal_->entry().record.seq);
        }
    }
    return seen;
}

void AuditSender::mark(const Seen& seen) {
    for (const std::uint64_t number : seen.numbers) {
        const auto found =
            std::ranges::lower_bound(waiting_, number, {}, [](const Waiting& waiting) { return waiting.record.seq; });
        if (found != waiting_.end() && found->record.seq == number) {
            found->arrived = true;
        }
    }
    for (Waiting& waiting : waiting_) {
        waiting.sent = waiting.arrived || (waiting.sent && !seen.settled);
    }
}

bool AuditSender::forget_arrived(const Seen& seen) {
    std::uint64_t last = 0;
    while (seen.settled && !waiting_.empty() && waiting_.front().arrived) {
        last = waiting_.front().record.seq;
        waiting_.pop_front();
    }
    if (last != 0) {
        tell_arrived_(last);
    }
    return last != 0;
}

}  // namespace mcpctl::audit
