// One client that changes things of its own, keeps the list of what was acknowledged, and after each crash compares it
// with what the agent says.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "ctl/client.hpp"

namespace mcpctl::test {

struct Tally {
    int acknowledged = 0;
    int refused = 0;          // told that nobody knows, and it had not happened
    int happened_unsaid = 0;  // told that nobody knows, and it had happened
    std::vector<std::string> wrong;

    Tally& operator+=(const Tally& other);
};

class LoadClient {
  public:
    LoadClient(std::string name, std::uint32_t seed, std::function<void()> on_acknowledged);
    virtual ~LoadClient() = default;
    LoadClient(const LoadClient&) = delete;
    LoadClient& operator=(const LoadClient&) = delete;

    // One random change.
    virtual void act() = 0;
    // Compares all that is ours; waits for the agent where it is away.
    virtual void compare() = 0;
    // Names of the instances that must be there.
    [[nodiscard]] virtual std::set<std::string> instances() const { return {}; }
    // Takes away what is left.
    virtual void clean() = 0;
    [[nodiscard]] const Tally& tally() const { return tally_; }

  protected:
    // Repeats a question until an agent answers it: nothing stays unknown for more than a minute.
    template <class Ask>
    auto patiently(Ask ask) {
        const auto give_up = ctl::SteadyClock::now() + std::chrono::minutes(1);
        auto answer = ask();
        while (!answer && answer.error().code == ErrorCode::Unavailable && ctl::SteadyClock::now() < give_up) {
            client_->disconnect();
            (void)client_->pause(std::chrono::milliseconds(10));
            answer = ask();
        }
        return answer;
    }
    void acknowledge();
    void wrong(const std::string& what);

    std::string name_;
    std::mt19937 random_;
    std::unique_ptr<ctl::AgentClient> client_;
    Tally tally_;

  private:
    std::function<void()> on_acknowledged_;
};

// Adds and removes servers.
class DefinitionLoad final : public LoadClient {
  public:
    using LoadClient::LoadClient;
    void act() override;
    void compare() override;
    void clean() override;

  private:
    using Servers = std::map<std::string, std::string>;  // name to description

    void find_out(Servers after);
    void compare(const Servers& there);
    Servers ask();

    Servers present_;
    int changes_ = 0;
};

// Starts, restarts and stops an instance.
class InstanceLoad final : public LoadClient {
  public:
    using LoadClient::LoadClient;
    void act() override;
    void compare() override;
    [[nodiscard]] std::set<std::string> instances() const override;
    void clean() override;

  private:
    void start();
    void change(bool stop);
    void see_through(const std::string& job);
    void find_out(std::uint64_t after);
    std::optional<ctl::InstanceInfo> look();
    std::optional<ctl::InstanceInfo> settled();

    std::uint64_t generation_ = 0;  // 0: not there
};

}  // namespace mcpctl::test
