// The streams of a container, joined to the relay's own.
#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>
#include <string>

#include "agent/relay/stream_frames.hpp"
#include "agent/relay/whole_lines.hpp"
#include "base/async.hpp"
#include "base/error.hpp"

namespace mcpctl::relay {

// Standard input, output and error of this process, without blocking.
class OwnStreams {
  public:
    // `one_log`: output and error go to the same journal, in whole lines. Else each byte is written as it comes.
    OwnStreams(const asio::any_io_executor& executor, bool one_log);

    // Empty at the end of input.
    Task<std::string> read();
    // What nobody takes any more is dropped.
    Task<void> write(int stream, std::string_view bytes);
    // Writes what has no newline and will not get one.
    Task<void> finish();

  private:
    bool one_log_;
    WholeLines lines_;
    asio::posix::stream_descriptor input_;
    asio::posix::stream_descriptor output_;
    asio::posix::stream_descriptor error_;
};

class Attachment {
  public:
    explicit Attachment(const asio::any_io_executor& executor) : socket_(executor) {}

    // `path`: of the request to attach. Attaching to a container that is not started loses nothing of its output.
    Task<Result<void>> connect(std::string engine_socket, std::string path);
    // Copies output until the container ends or the engine goes away.
    Task<void> pass_output(OwnStreams& own);
    // Copies input until its end, which it passes on: the other direction goes on.
    Task<void> pass_input(OwnStreams& own);
    void close();

  private:
    Task<Result<void>> switch_protocols(std::string path);
    Task<Result<void>> refusal();

    asio::local::stream_protocol::socket socket_;
    std::string early_;  // came with the head of the answer
    StreamFrames frames_;
};

}  // namespace mcpctl::relay
