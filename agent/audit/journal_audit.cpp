#include "agent/audit/journal_audit.hpp"

#include <fcntl.h>

#include <format>
#include <utility>

#include "agent/audit/audit_fields.hpp"
#include "agent/audit/audit_follower.hpp"
#include "agent/audit/audit_page.hpp"
#include "agent/logs/follow_pipe.hpp"
#include "base/worker.hpp"

namespace mcpctl::audit {
namespace {

constexpr std::size_t most_pages_at_once = 16;
constexpr std::size_t most_followers = 32;
// Whoever asks sees what was acknowledged before, unless journald is away.
constexpr auto patience_for_own_writes = std::chrono::seconds(2);

}  // namespace

JournalAudit::JournalAudit(asio::any_io_executor executor, std::string installation, AuditSink& sink,
                           OpenAuditJournal open, SenderPauses pauses)
    : executor_(std::move(executor)),
      sink_(sink),
      open_(std::move(open)),
      installation_(std::move(installation)),
      sender_(executor_, sender_worker_, sink, open_, names_, installation_, pauses) {}

JournalAudit::~JournalAudit() {
    readers_.join();
    sender_worker_.join();
}

void JournalAudit::on_quiet(std::function<void()> quiet) {
    quiet_ = quiet;
    sender_.on_drained(std::move(quiet));
}

void JournalAudit::tell(AuditRecord record) {
    refusals_.note(std::move(record), Clock::now());
    refused_.notify();
    if (!std::exchange(reporting_, true)) {
        spawn_detached(executor_, "reporting refused calls", report_refusals());
    }
}

Refusals::Send JournalAudit::sending() {
    return [this](const AuditRecord& record) {
        return sink_.send(journal_entry_of(record, names_.of(record.actor), installation_));
    };
}

void JournalAudit::flush() {
    refusals_.deliver_all(Clock::now(), sending());
}

// Until the last kind of them has not been seen for a while.
Task<void> JournalAudit::report_refusals() {
    while (const auto due = refusals_.next()) {
        if (*due > Clock::now()) {
            co_await refused_.wait_until(*due);
            continue;
        }
        co_await names_.learn(refusals_.users());
        refusals_.deliver(Clock::now(), sending());
    }
    reporting_ = false;
}

Task<Result<LogPage>> JournalAudit::page(AuditQuery query) {
    if (*pages_ >= most_pages_at_once) {
        co_return fail(ErrorCode::LimitsExceeded, std::format("{} pages are being read already", *pages_), {},
                       "try again in a moment");
    }
    const logs::Counted counted(pages_);
    (void)co_await sender_.until_arrived(Clock::now() + patience_for_own_writes);
    co_return co_await on_worker(readers_,
                                 [open = open_, query = std::move(query), pending = sender_.still_to_arrive()] {
                                     return read_audit_page(open, query, pending);
                                 });
}

Task<Result<UniqueFd>> JournalAudit::follow(AuditQuery query, Held held) {
    const auto cursor = cursor_in(query);
    if (!cursor) {
        co_return std::unexpected(cursor.error());
    }
    if (*followers_ >= most_followers) {
        co_return fail(ErrorCode::LimitsExceeded, std::format("{} readers follow the audit trail already", *followers_),
                       {}, "end one of them, or read pages");
    }
    auto pipe = logs::make_follow_pipe();
    if (!pipe) {
        co_return std::unexpected(pipe.error());
    }
    // Counted from here on: others may come while this one waits.
    auto counted = std::make_unique<logs::Counted>(followers_);
    auto scan = std::make_unique<AuditScan>(open_(), std::move(query));
    const auto begun = co_await on_worker(readers_, [&] { return scan->begin(*cursor); });
    counted.reset();
    if (!begun) {
        co_return std::unexpected(begun.error());
    }
    spawn_detached(executor_, "delivering the audit trail",
                   serve(std::move(scan), std::move(pipe->writer), std::move(held)));
    co_return std::move(pipe->reader);
}

Task<void> JournalAudit::serve(std::unique_ptr<AuditScan> scan, UniqueFd pipe, Held /*held*/) {
    {
        const logs::Counted counted(followers_);
        (void)::fcntl(pipe.get(), F_SETFL, O_NONBLOCK);
        auto follower = std::make_shared<AuditFollower>(
            readers_, std::move(scan), [this] { return sender_.still_to_arrive(); },
            asio::posix::stream_descriptor(executor_, pipe.release()));
        co_await AuditFollower::run(std::move(follower));
    }
    quiet_();
}

}  // namespace mcpctl::audit
