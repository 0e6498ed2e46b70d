// The program that a power cut hits: it writes with the real store and acknowledges what was committed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/unique_fd.hpp"
#include "tests/bench/power/workload.hpp"

namespace mcpctl::power {

enum class Synchronous : std::uint8_t { full, normal };

struct Order {
    std::filesystem::path directory;
    Workload workload;
    JobId first;  // the batch to begin with
    Synchronous synchronous;
};

// A child process that commits batches, several at a time, until the store refuses one. It dies with this process.
class Writer {
  public:
    explicit Writer(const Order& order);
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    // The highest batch that it acknowledged in this time, 0 if none. Throws when it ended before.
    [[nodiscard]] JobId run_for(std::chrono::microseconds duration);
    // Waits until the store has refused a batch. Throws when it ended in another way. What is acknowledged now comes
    // from after the cut, when a computer would be dark: ext4 lets an fsync that its shutdown interrupts succeed
    // without the data (3 of 50 cuts lost such a batch), and no disk can do that.
    void expect_refusal();

  private:
    // The highest of those that have come, nothing at the end of the stream.
    std::optional<JobId> read_acknowledgements();
    [[noreturn]] void fail_with(const std::string& what);

    UniqueFd log_;  // what it wrote to stderr
    UniqueFd acknowledgements_;
    pid_t pid_ = -1;
};

}  // namespace mcpctl::power
