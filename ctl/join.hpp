// A client's two streams joined to a session: bytes are copied until either side ends, nothing is added or held back.
#pragma once

#include <cstdint>
#include <string_view>

namespace mcpctl::ctl {

enum class EndedBy : std::uint8_t {
    client,  // its input ended, and the server's output after it; or nobody reads the output any more
    server,  // its output ended while the client's input was open
};

// Writes `first` to the session, then what comes from `input`, whose end becomes the end of the session's input; writes
// what the session says to `output`. Afterwards the session is shut down; `input` may hold bytes that nobody read.
//
// The descriptors may be blocking or not and stay as they are: their open files are shared with other processes, which
// a change of O_NONBLOCK would surprise. SIGPIPE must be ignored.
[[nodiscard]] EndedBy join(int input, int output, int session, std::string_view first);

}  // namespace mcpctl::ctl
