// One reader of the audit trail at the end of a pipe.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>

#include "agent/audit/audit_scan.hpp"

namespace mcpctl::audit {

class AuditFollower {
  public:
    // `scan` has begun. `pending` tells what may still arrive.
    AuditFollower(asio::thread_pool& workers, std::unique_ptr<AuditScan> scan, std::function<PendingRecords()> pending,
                  asio::posix::stream_descriptor pipe);

    // Until the reader has gone.
    static Task<void> run(std::shared_ptr<AuditFollower> self);

  private:
    static Task<void> watch_reader(std::shared_ptr<AuditFollower> self);
    Task<AuditEnd> read(std::vector<std::string>& lines);
    Task<bool> write(const std::vector<std::string>& lines);
    Task<void> wait_for_journal(AuditEnd end);

    asio::thread_pool& workers_;
    std::unique_ptr<AuditScan> scan_;
    std::function<PendingRecords()> pending_;
    asio::posix::stream_descriptor pipe_;
    asio::posix::stream_descriptor events_;
    bool gone_ = false;
};

}  // namespace mcpctl::audit
