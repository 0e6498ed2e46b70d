// Calls on the contract's objects, over a connection that is made when it is needed and made again when it broke.
// Inside of BusClient.
#pragma once

#include <sdbus-c++/IProxy.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "ctl/call.hpp"
#include "ctl/connection.hpp"
#include "ctl/decode.hpp"

namespace mcpctl::ctl {

// Reading calls may be repeated when the agent went away; of changing ones nobody knows whether they were carried out.
// What discloses something that not everybody may read can make polkit ask for a password, as what changes can.
enum class Effect : std::uint8_t { reads, discloses, changes };

class Caller {
  public:
    using JobRemoved = std::function<void(const std::string& job, const std::string& result, const std::string& error,
                                          const std::string& message)>;

    explicit Caller(Connector connector) : connector_(std::move(connector)) {}

    void watch_interrupt(int fd) { interrupt_fd_ = fd; }
    [[nodiscard]] bool was_interrupted() const { return interrupted_; }
    void disconnect();

    template <class... Out, class... In>
    Result<std::tuple<Out...>> ask(Effect effect, const std::string& path, std::string_view interface,
                                   std::string_view method, const In&... arguments) {
        return ask_patiently<Out...>(answer_deadline, effect, path, interface, method, arguments...);
    }

    // For a call that may take longer than the agent's usual answer.
    template <class... Out, class... In>
    Result<std::tuple<Out...>> ask_patiently(std::chrono::seconds patience, Effect effect, const std::string& path,
                                             std::string_view interface, std::string_view method,
                                             const In&... arguments) {
        for (bool may_repeat = effect != Effect::changes;; may_repeat = false) {
            if (auto connected = ensure_connected(); !connected) {
                return std::unexpected(std::move(connected.error()));
            }
            if (effect != Effect::reads) {
                patience = connection_->prepare_prompt(patience);
            }
            auto reply =
                call<Out...>(*connection_, proxy(path), interface, method, patience, interrupt_fd_, arguments...);
            if (reply) {
                return std::move(*reply);
            }
            if (!note_failure(reply.error()) || !may_repeat) {
                return std::unexpected(described(std::move(reply.error()), effect == Effect::changes));
            }
        }
    }

    // Subscriptions live as long as the connection.
    Result<void> subscribe_job_removed(JobRemoved handler);
    [[nodiscard]] bool job_removed_subscribed() const { return job_removed_subscribed_; }
    Result<void> subscribe_properties(const std::string& path, std::function<void(const Properties&)> handler);

    // `handler` gets the path of each object that has changed, come or gone.
    Result<void> subscribe_objects(std::function<void(std::string path)> handler);
    [[nodiscard]] bool objects_subscribed() const { return objects_subscribed_; }
    // After the agent has gone: until it is there again. On the bus it is not started for that. False when interrupted.
    [[nodiscard]] bool wait_for_agent();

    [[nodiscard]] bool pause(std::chrono::milliseconds duration);
    // Lost also when the agent leaves the bus.
    Wake wait_until(const std::function<bool()>& done, SteadyClock::time_point deadline);

  private:
    Result<void> ensure_connected();
    sdbus::IProxy& proxy(const std::string& path);
    // True when the connection is gone, so that a call may be tried on a new one.
    bool note_failure(const CallFailure& failure);
    [[nodiscard]] static Error described(CallFailure failure, bool changes);

    Connector connector_;
    int interrupt_fd_ = -1;
    bool interrupted_ = false;
    bool job_removed_subscribed_ = false;
    bool objects_subscribed_ = false;
    std::unique_ptr<Connection> connection_;
    std::map<std::string, std::unique_ptr<sdbus::IProxy>> proxies_;  // after the connection: destroyed before it
};

}  // namespace mcpctl::ctl
