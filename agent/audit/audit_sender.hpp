// Sends records to the journal, and again until they are there.
//
// Sending can succeed and the record be lost all the same: journald may be stopped, or drop it because of its rate
// limit. So a record leaves the outbox when it was read back by its number, and lies on the disk.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "agent/audit/audit_journal.hpp"
#include "agent/audit/user_names.hpp"
#include "agent/core/store.hpp"

namespace mcpctl::audit {

// So long between sending and reading back: what happens meanwhile is read back together.
struct SenderPauses {
    Clock::duration usual = std::chrono::milliseconds(200);
    Clock::duration longest = std::chrono::seconds(5);  // while nothing arrives
};

class AuditSender {
  public:
    AuditSender(asio::any_io_executor executor, asio::thread_pool& workers, AuditSink& sink, OpenAuditJournal open,
                UserNames& names, std::string installation, SenderPauses pauses = {});

    // `last`: the highest number that was ever given; those above it will be of records from now on.
    void resume(std::vector<AuditRecord> outbox, std::uint64_t last);
    void add(std::vector<AuditRecord> records);

    [[nodiscard]] std::size_t pending() const { return waiting_.size(); }
    [[nodiscard]] PendingRecords still_to_arrive() const {
        return {.installation = installation_,
                .first = waiting_.empty() ? last_ + 1 : waiting_.front().record.seq,
                .last = last_,
                .since = last_given_};
    }
    // Returns when nothing is pending any more. False when the deadline passed first.
    Task<bool> until_arrived(Clock::time_point deadline);
    void on_arrived(std::function<void(std::uint64_t seq)> arrived) { tell_arrived_ = std::move(arrived); }
    void on_drained(std::function<void()> drained) { drained_ = std::move(drained); }

  private:
    struct Waiting {
        AuditRecord record;
        bool sent = false;
        bool arrived = false;
    };
    struct Seen {
        // All that was sent before is written, and on the disk: what does not arrive with these is lost.
        bool settled = false;
        std::vector<std::uint64_t> numbers;
    };

    Task<void> deliver();
    Task<void> learn_names();
    bool send();  // false where journald takes no more now
    Seen look(WallTime since);
    void mark(const Seen& seen);
    bool forget_arrived(const Seen& seen);

    asio::any_io_executor executor_;
    asio::thread_pool& workers_;
    AuditSink& sink_;
    OpenAuditJournal open_;
    UserNames& names_;
    std::string installation_;
    SenderPauses pauses_;
    std::function<void(std::uint64_t seq)> tell_arrived_ = [](std::uint64_t) {};
    std::function<void()> drained_ = [] {};
    std::deque<Waiting> waiting_;  // in the order of their numbers
    std::uint64_t last_ = 0;
    WallTime last_given_ = 0;
    std::unique_ptr<AuditJournal> journal_;  // only a worker uses it
    bool delivering_ = false;
    bool resumed_ = false;  // look before sending anything
    Condition hurry_;       // somebody waits for them
    Condition arrived_;
};

}  // namespace mcpctl::audit
