// A client of stdio sessions: opens one over D-Bus and speaks on the descriptor, as desktop tooling would.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/unique_fd.hpp"

namespace mcpctl::test {

using Json = nlohmann::json;

class SessionClient {
  public:
    // Of an instance, by its name; fails the test when it is refused.
    static SessionClient open(const std::string& instance);
    // Error name of a refusal, without the prefix that all of ours share; empty when it was opened after all.
    static std::string refusal(const std::string& instance);

    [[nodiscard]] const std::string& id() const { return id_; }
    [[nodiscard]] int fd() const { return fd_.get(); }

    void send(const Json& message) const;
    // The next line; nothing at the end of output, or with a failed test when none comes within 30 s.
    std::optional<Json> receive();
    // The result of a request, skipping what is no answer to it; null with a failed test when there is none.
    Json request(const std::string& method, const Json& params = Json::object());
    // initialize and its notification; the server's info.
    Json initialize();
    // tools/call of the test server: its structured content.
    Json call(const std::string& tool, const Json& arguments = Json::object());

    void end_input() const;
    void close() { fd_.reset(); }
    // True when the server's output has ended, all of it being read.
    bool at_end();

  private:
    SessionClient(UniqueFd fd, std::string id) : fd_(std::move(fd)), id_(std::move(id)) {}
    bool fill();

    UniqueFd fd_;
    std::string id_;
    std::string buffer_;
    int next_ = 0;
};

// As mcpctl sessions tells it; null where it is not known.
Json session_of(const std::string& instance, const std::string& id);

}  // namespace mcpctl::test
