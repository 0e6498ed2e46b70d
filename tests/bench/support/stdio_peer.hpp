// The client's end of a stdio server, however it was started.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/unique_fd.hpp"

namespace mcpctl::bench {

enum class Link : std::uint8_t { socketpair, pipes };

class StdioPeer {
  public:
    // A child of ours, as clients start servers; its stderr goes nowhere.
    StdioPeer(const std::vector<std::string>& command, Link link);
    // A session of the agent's.
    explicit StdioPeer(UniqueFd socket);
    StdioPeer(StdioPeer&& other) noexcept;
    StdioPeer& operator=(StdioPeer&&) = delete;
    ~StdioPeer() { close(); }

    // 0 for a session.
    [[nodiscard]] pid_t pid() const { return pid_; }
    // One round trip; throws when anything but the answer comes. Servers answer it before they are initialized.
    void ping();
    // The end of its input; a child is collected when it has ended.
    void close();
    void close_input();

  private:
    UniqueFd input_;   // where we write
    UniqueFd output_;  // where we read; not open where it is the same socket
    pid_t pid_ = 0;
};

}  // namespace mcpctl::bench
