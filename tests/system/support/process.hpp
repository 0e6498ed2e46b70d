// Runs programs, without a shell in between.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace mcpctl::test {

using namespace std::chrono_literals;

struct Output {
    int status = -1;  // exit status; minus the signal's number when one ended it
    std::string out;
    std::string err;
};

// A program that runs beside the test. Destruction kills and collects it.
class Process {
  public:
    explicit Process(const std::vector<std::string>& command, const std::string& input = {});
    Process(Process&& other) noexcept;
    Process& operator=(Process&&) = delete;
    ~Process();

    [[nodiscard]] pid_t pid() const { return pid_; }
    // Kills it and fails the test when it has not ended by then.
    Output wait(std::chrono::milliseconds patience = 60s);

  private:
    std::string name_;
    int out_;
    int err_;
    pid_t pid_ = -1;
};

Output run(const std::vector<std::string>& command, const std::string& input = {});
// Standard output without the last newline; fails the test when the program does.
std::string output_of(const std::vector<std::string>& command);

}  // namespace mcpctl::test
