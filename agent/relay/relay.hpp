// Stands for one container in a unit: starts it, passes its streams and SIGTERM on, tells PID 1 what becomes of it, and
// ends with its exit status. It may be killed and started again: then it takes over the container that runs. While the
// engine does not answer it waits.
#pragma once

#include <memory>
#include <string>

#include "agent/docker/engine_client.hpp"
#include "agent/docker/relay_status.hpp"
#include "agent/relay/attachment.hpp"

namespace mcpctl::relay {

struct Options {
    std::string container;     // its name
    std::string installation;  // whose it must be
    bool stdio = false;        // standard input and output are a session's
    Engine engine;
    std::vector<std::string> sockets;  // of all engines: no container may see one
};

class Relay {
  public:
    Relay(const asio::any_io_executor& executor, Options options);

    // Returns the exit status.
    Task<int> run();
    // SIGTERM.
    void terminate();

  private:
    using Found = std::optional<docker::Container>;

    Task<Result<docker::Container>> find();
    Task<Result<void>> begin(docker::Container container);
    Task<Result<void>> attach();
    Task<Result<void>> start();
    Task<docker::Container> until_ended();
    Task<bool> watch();
    Task<bool> engine_leaves(docker::Container ended);
    Task<Found> look();
    Task<void> pass_output(std::shared_ptr<Attachment> attachment);
    Task<void> pass_input(std::shared_ptr<Attachment> attachment);
    Task<void> finish_output();
    Task<void> stop();
    Task<void> pause(Clock::duration duration);

    void tell(docker::RelayStatus status);
    void tell_running();
    void tell_unreachable();
    int end(const Reason& reason, int status);
    int give_up(const Error& error);

    asio::any_io_executor executor_;
    Options options_;
    docker::EngineClient engine_;
    OwnStreams streams_;
    std::shared_ptr<Attachment> attachment_;
    docker::Container container_;
    docker::RelayStatus told_;
    Condition changed_;  // SIGTERM, or the end of output
    bool ready_ = false;
    bool stopping_ = false;
    bool lost_engine_ = false;  // since the container was last seen running
};

}  // namespace mcpctl::relay
