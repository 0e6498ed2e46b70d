// The port AuditTrail on the journal.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <string>

#include "agent/audit/audit_journal.hpp"
#include "agent/audit/audit_scan.hpp"
#include "agent/audit/audit_sender.hpp"
#include "agent/audit/user_names.hpp"
#include "agent/core/audit_trail.hpp"
#include "agent/core/refusals.hpp"

namespace mcpctl::audit {

class JournalAudit final : public AuditTrail {
  public:
    JournalAudit(asio::any_io_executor executor, std::string installation, AuditSink& sink, OpenAuditJournal open,
                 SenderPauses pauses = {});
    JournalAudit(const JournalAudit&) = delete;
    JournalAudit& operator=(const JournalAudit&) = delete;
    ~JournalAudit() override;

    void add(std::vector<AuditRecord> records) override { sender_.add(std::move(records)); }
    void on_arrived(std::function<void(std::uint64_t seq)> arrived) override { sender_.on_arrived(std::move(arrived)); }
    void resume(std::vector<AuditRecord> outbox, std::uint64_t last) override {
        sender_.resume(std::move(outbox), last);
    }
    void tell(AuditRecord record) override;
    void flush() override;
    [[nodiscard]] std::size_t pending() const override { return sender_.pending(); }
    Task<Result<LogPage>> page(AuditQuery query) override;
    Task<Result<UniqueFd>> follow(AuditQuery query, Held held) override;
    [[nodiscard]] std::size_t followers() const override { return *followers_; }
    void on_quiet(std::function<void()> quiet) override;

  private:
    Task<void> report_refusals();
    Task<void> serve(std::unique_ptr<AuditScan> scan, UniqueFd pipe, Held held);
    [[nodiscard]] Refusals::Send sending();

    asio::any_io_executor executor_;
    AuditSink& sink_;
    OpenAuditJournal open_;
    std::string installation_;
    // Before what they serve, and after it at the end.
    asio::thread_pool sender_worker_{1};  // delivery waits for nobody's search
    asio::thread_pool readers_{1};
    UserNames names_{sender_worker_};
    AuditSender sender_;
    Refusals refusals_;
    bool reporting_ = false;
    Condition refused_;
    std::shared_ptr<std::size_t> pages_ = std::make_shared<std::size_t>(0);
    std::shared_ptr<std::size_t> followers_ = std::make_shared<std::size_t>(0);
    std::function<void()> quiet_ = [] {};
};

}  // namespace mcpctl::audit
