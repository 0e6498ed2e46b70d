// One container engine: Docker, or Podman with the same interface. Every call ends by a deadline: with Unavailable
// where the engine is not there or its answer makes no sense, with TimedOut where it does not answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/core/engine.hpp"
#include "agent/docker/engine_messages.hpp"
#include "base/async.hpp"
#include "http/client.hpp"

namespace mcpctl::docker {

class EngineClient {
  public:
    EngineClient(const asio::any_io_executor& executor, Engine engine);

    [[nodiscard]] const Engine& engine() const { return engine_; }

    Task<Result<void>> ping();
    Task<Result<EngineInfo>> info();

    // Makes a container from a create_request() and returns its id. AlreadyExists where one of this name is there;
    // StartFailed, as launch_failure(), where the engine refuses.
    Task<Result<std::string>> create(std::string name, std::string request);
    // By id or name; nothing where there is none.
    Task<Result<std::optional<Container>>> inspect(std::string container);
    // StartFailed, as launch_failure(), where the engine refuses. Starting what runs is no error.
    Task<Result<void>> start(std::string id);
    // To its first process. One that does not run is no error.
    Task<Result<void>> kill(std::string id, std::string signal);
    // With SIGKILL where it runs. One that is not there is no error.
    Task<Result<void>> remove(std::string id);
    // The body of the answer comes when the container ends.
    Task<Result<http::Stream>> wait(const std::string& id);
    // All containers, in any state.
    Task<Result<std::vector<ListedContainer>>> list();

    // Nothing where the engine does not have it.
    Task<Result<std::optional<std::string>>> image_id(std::string image);
    // The body of the answer is for PullProgress.
    Task<Result<http::Stream>> pull(const std::string& image);

    // Path of a request in the version of the interface that both sides speak.
    Task<Result<std::string>> path(std::string rest);

  private:
    Task<Result<http::Response>> send(std::string method, std::string rest, std::string body, Clock::duration timeout);
    Task<Result<http::Stream>> open(std::string method, std::string rest, Clock::duration timeout);
    [[nodiscard]] http::Request request(std::string method, std::string path, Clock::duration timeout) const;
    [[nodiscard]] Error unavailable(const Error& error) const;

    Engine engine_;
    http::Client http_;
    std::string version_;  // empty until it is negotiated
    std::optional<EngineInfo> info_;
};

// A value that is part of a URL's path or query.
[[nodiscard]] std::string url_encoded(std::string_view text);

}  // namespace mcpctl::docker
