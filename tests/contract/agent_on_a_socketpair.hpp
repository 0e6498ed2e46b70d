// The agent's bus room on a core with fakes, served by a thread of its own; the test is the client at the other end of
// a socketpair, with the generated proxies.
#pragma once

#include <gtest/gtest.h>
#include <sdbus-c++/sdbus-c++.h>
#include <sys/socket.h>

#include <boost/asio/executor_work_guard.hpp>
#include <future>
#include <memory>
#include <thread>

#include "agent/bus/object_tree.hpp"
#include "dbus/instance_proxy.hpp"
#include "dbus/job_proxy.hpp"
#include "dbus/manager_proxy.hpp"
#include "dbus/names.hpp"
#include "dbus/peer.hpp"
#include "dbus/profile_proxy.hpp"
#include "dbus/server_proxy.hpp"
#include "tests/fakes/core_under_test.hpp"
#include "tests/fakes/fake_audit.hpp"
#include "tests/fakes/fake_logs.hpp"
#include "tests/fakes/memory_vault.hpp"

namespace mcpctl::test {

class AgentOnASocketpair {
  public:
    explicit AgentOnASocketpair(Caller caller = {.uid = 0})
        : AgentOnASocketpair(std::make_unique<bus::PeerCaller>(std::move(caller))) {}
    explicit AgentOnASocketpair(std::unique_ptr<bus::CallerSource> callers) {
        int ends[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        spawn_detached(core.loop.get_executor(), "serving", serve(UniqueFd(ends[0]), std::move(callers)));
        thread_ = std::jthread([this] { core.loop.run(); });
        connection_ = sdbus::createDirectBusConnection(ends[1]);
        connection_->enterEventLoopAsync();
    }
    ~AgentOnASocketpair() {
        connection_->leaveEventLoop();
        on_loop([this] {
            tree_.reset();
            loop_.reset();
        });
        core.loop.stop();
    }
    AgentOnASocketpair(const AgentOnASocketpair&) = delete;
    AgentOnASocketpair& operator=(const AgentOnASocketpair&) = delete;

    // Runs something on the agent's thread, where alone its state may be touched.
    void on_loop(std::function<void()> work) {
        std::promise<void> done;
        asio::post(core.loop, [&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }

    std::unique_ptr<sdbus::IProxy> proxy(const sdbus::ObjectPath& path) {
        return sdbus::createProxy(*connection_, sdbus::ServiceName(""), path);
    }
    std::unique_ptr<sdbus::IProxy> manager() { return proxy(sdbus::ObjectPath(std::string(dbus::root_path))); }
    sdbus::IConnection& connection() { return *connection_; }

    // The job's state once it has ended.
    std::string end_of(const sdbus::ObjectPath& job) {
        const auto deadline = Clock::now() + std::chrono::seconds(20);
        std::string state = "running";
        while (state == "running" && Clock::now() < deadline) {
            state = proxy(job)->getProperty("State").onInterface("org.mcpctl.Agent1.Job").get<std::string>();
        }
        return state;
    }

    CoreUnderTest core;
    FakeLogs logs;
    FakeAudit audit;
    Tokens tokens{core.registry, core.store};
    RestartCounts restarts{core.registry};
    MemoryVault vault;
    Secrets secrets{core.registry, core.store, vault};
    UserQuota calls{calls_of_a_user};
    UserQuota followers{followers_of_a_user};
    bus::Context context{.executor = core.loop.get_executor(),
                         .registry = core.registry,
                         .catalog = core.catalog,
                         .lifecycle = core.lifecycle,
                         .runtime = core.runtime,
                         .sessions = core.sessions,
                         .health = core.health,
                         .restarts = restarts,
                         .logs = logs,
                         .audit = audit,
                         .tokens = tokens,
                         .secrets = secrets,
                         .calls = calls,
                         .followers = followers,
                         .installation_id = "0123456789abcdef0123456789abcdef",
                         .unit_of = [](const WorkloadRef& workload) { return workload.instance.hex() + ".service"; },
                         .busy_reasons = [] { return std::vector<std::string>{"a test runs"}; },
                         .called = [] {}};

  private:
    Task<void> serve(UniqueFd end, std::unique_ptr<bus::CallerSource> callers) {
        auto connection = co_await dbus::accept_peer(std::move(end), std::chrono::seconds(20));
        loop_.emplace(*std::move(connection), core.loop.get_executor(), [] {});
        tree_.emplace(*loop_, context, std::move(callers));
        loop_->start();
    }

    asio::executor_work_guard<asio::io_context::executor_type> work_{core.loop.get_executor()};
    std::optional<dbus::ConnectionLoop> loop_;
    std::optional<bus::ObjectTree> tree_;
    std::unique_ptr<sdbus::IConnection> connection_;
    std::jthread thread_;
};

}  // namespace mcpctl::test
