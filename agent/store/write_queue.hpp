// The one thread that writes. What waits while it works is written together next, so that many callers at a time
// cost few fsyncs.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "agent/store/database.hpp"

namespace mcpctl {

class WriteQueue {
  public:
    // Called on the writing thread.
    using Done = std::move_only_function<void(Result<void>)>;

    using Audited = std::function<void(std::vector<AuditRecord>)>;

    WriteQueue(std::unique_ptr<Database> database, Audited audited);
    // Writes what is queued, backs up, and closes the database.
    ~WriteQueue();
    WriteQueue(const WriteQueue&) = delete;
    WriteQueue& operator=(const WriteQueue&) = delete;

    void push(Changes changes, Done done);

  private:
    struct Group {
        std::vector<Changes> batches;
        std::vector<Done> done;
    };

    void run();
    // Waits for work; empty when there is none and never will be.
    Group take();
    void write(Group group);

    std::unique_ptr<Database> database_;
    Audited audited_;
    std::mutex mutex_;
    std::condition_variable changed_;
    Group waiting_;         // guarded by mutex_
    bool closing_ = false;  // guarded by mutex_
    std::thread thread_;
};

}  // namespace mcpctl
