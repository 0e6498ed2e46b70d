#include "agent/store/write_queue.hpp"

#include <pthread.h>

#include <csignal>
#include <utility>

namespace mcpctl {

WriteQueue::WriteQueue(std::unique_ptr<Database> database, Audited audited)
    : database_(std::move(database)), audited_(std::move(audited)) {
    // Signals are the loop's business; and where a file size limit is reached, a blocked SIGXFSZ leaves an error code.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

WriteQueue::~WriteQueue() {
    {
        const std::lock_guard guard(mutex_);
        closing_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void WriteQueue::push(Changes changes, Done done) {
    {
        const std::lock_guard guard(mutex_);
        waiting_.batches.push_back(std::move(changes));
        waiting_.done.push_back(std::move(done));
    }
    changed_.notify_one();
}

WriteQueue::Group WriteQueue::take() {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [this] { return closing_ || !waiting_.batches.empty(); });
    return std::exchange(waiting_, {});
}

void WriteQueue::write(Group group) {
    std::vector<Result<void>> results = database_->write(group.batches);
    if (auto audited = database_->take_audited(); !audited.empty()) {
        audited_(std::move(audited));
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
        group.done[i](std::move(results[i]));
    }
}

void WriteQueue::run() {
    // After the start, not before it: the database was just found sound, and a copy costs two fsyncs.
    database_->back_up_when_old();
    for (Group group = take(); !group.batches.empty(); group = take()) {
        write(std::move(group));
    }
    database_->back_up_when_changed();
    database_.reset();
}

}  // namespace mcpctl
