#include "tests/bench/power/writer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/detached.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <format>
#include <print>
#include <random>
#include <span>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "agent/store/sqlite_store.hpp"

namespace mcpctl::power {
namespace {

constexpr int writers = 4;  // commits under way at a time, so that some share a transaction
constexpr int broken = 1;
constexpr std::chrono::seconds patience(60);

int ignore_synchronous(void* /*unused*/, int action, const char* pragma, const char* value, const char* /*database*/,
                       const char* /*trigger*/) {
    const bool sets = action == SQLITE_PRAGMA && value != nullptr && std::string_view(pragma) == "synchronous";
    return sets ? SQLITE_IGNORE : SQLITE_OK;
}

int begin_with_normal(sqlite3* connection, char** /*error*/, const sqlite3_api_routines* /*unused*/) {
    const int code = sqlite3_exec(connection, "PRAGMA synchronous = NORMAL", nullptr, nullptr, nullptr);
    return code == SQLITE_OK ? sqlite3_set_authorizer(connection, ignore_synchronous, nullptr) : code;
}

// By SQLite's own hooks: the store is the product's, and its order to be FULL falls on deaf ears.
void make_every_connection_normal() {
    if (sqlite3_auto_extension(reinterpret_cast<void (*)()>(begin_with_normal)) != SQLITE_OK) {
        throw std::runtime_error("SQLite takes no hook");
    }
}

class Session {
  public:
    Session(const Order& order, JobId next, JobId end, int acknowledgements)
        : order_(order), next_(next), end_(end), acknowledgements_(acknowledgements) {}

    // The batch to go on with; nothing when the store refused.
    std::optional<JobId> run() {
        asio::io_context loop(1);
        auto store = SqliteStore::open(loop.get_executor(), {.directory = order_.directory});
        if (!store || !(*store)->load()) {
            return std::nullopt;
        }
        for (int i = 0; i < writers; ++i) {
            asio::co_spawn(loop, write(**store), [](const std::exception_ptr& failure) {
                if (failure) {
                    std::rethrow_exception(failure);
                }
            });
        }
        loop.run();
        return refused_ ? std::nullopt : std::optional(next_);
    }

  private:
    Task<void> write(SqliteStore& store) {
        while (next_ < end_ && !refused_) {
            const JobId number = next_++;
            if (const auto committed = co_await store.commit(order_.workload.batch(number)); !committed) {
                refused_ = true;
            } else if (::write(acknowledgements_, &number, sizeof number) != sizeof number) {
                throw std::system_error(errno, std::generic_category(), "acknowledging");
            }
        }
    }

    const Order& order_;
    JobId next_;
    JobId end_;
    int acknowledgements_;
    bool refused_ = false;
};

// Closed and opened again and again, since that is when checkpoints and backups are made.
void write_until_refused(const Order& order, int acknowledgements) {
    std::mt19937_64 random(order.workload.seed + order.first);
    std::optional<JobId> next = order.first;
    while (next) {
        next = Session(order, *next, *next + 1 + random() % 300, acknowledgements).run();
    }
}

[[noreturn]] void be_the_writer(const Order& order, int acknowledgements, int log, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(log, STDERR_FILENO);
    try {
        if (::getppid() != parent) {
            throw std::runtime_error("an orphan");
        }
        if (order.synchronous == Synchronous::normal) {
            make_every_connection_normal();
        }
        write_until_refused(order, acknowledgements);
    } catch (const std::exception& failure) {
        std::println(stderr, "the writer broke: {}", failure.what());
        ::_exit(broken);
    }
    ::_exit(0);
}

}  // namespace

Writer::Writer(const Order& order) : log_(::memfd_create("writer's log", MFD_CLOEXEC)) {
    std::array<int, 2> ends{};
    if (!log_ || ::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::system_error(errno, std::generic_category(), "pipe2");
    }
    acknowledgements_ = UniqueFd(ends[0]);
    const UniqueFd write_end(ends[1]);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) {
        throw std::system_error(errno, std::generic_category(), "fork");
    }
    if (pid_ == 0) {
        be_the_writer(order, ends[1], log_.get(), parent);
    }
}

Writer::~Writer() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
}

std::optional<JobId> Writer::read_acknowledgements() {
    std::array<JobId, 512> numbers{};
    const ssize_t bytes = ::read(acknowledgements_.get(), numbers.data(), sizeof numbers);
    if (bytes <= 0) {
        return std::nullopt;
    }
    return std::ranges::max(std::span(numbers).first(std::size_t(bytes) / sizeof(JobId)));
}

JobId Writer::run_for(std::chrono::microseconds duration) {
    JobId acknowledged = 0;
    const auto end = Clock::now() + duration;
    pollfd watched{acknowledgements_.get(), POLLIN, 0};
    while (true) {
        const auto left = std::max(end - Clock::now(), Clock::duration::zero());
        const timespec timeout{left / std::chrono::seconds(1), (left % std::chrono::seconds(1)).count()};
        if (::ppoll(&watched, 1, &timeout, nullptr) != 1) {
            return acknowledged;
        }
        const auto highest = read_acknowledgements();
        if (!highest) {
            fail_with("the writer ended before the power was cut");
        }
        acknowledged = std::max(acknowledged, *highest);
        if (left == left.zero()) {
            return acknowledged;
        }
    }
}

void Writer::expect_refusal() {
    pollfd watched{acknowledgements_.get(), POLLIN, 0};
    do {
        if (::poll(&watched, 1, int(std::chrono::milliseconds(patience).count())) != 1) {
            fail_with("the writer neither goes on nor ends after the cut");
        }
    } while (read_acknowledgements());
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    if (status != 0) {
        fail_with(std::format("after the cut the writer ended with wait status {:#x}", status));
    }
}

void Writer::fail_with(const std::string& what) {
    std::string log(std::size_t(::lseek(log_.get(), 0, SEEK_END)), '\0');
    log.resize(std::size_t(std::max<ssize_t>(::pread(log_.get(), log.data(), log.size(), 0), 0)));
    throw std::runtime_error(std::format("{}; its log:\n{}", what, log));
}

}  // namespace mcpctl::power
