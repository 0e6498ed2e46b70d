// The whole core on fakes, with a loop that a test drives to the point where nothing happens any more.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <string>
#include <utility>
#include <vector>

#include "agent/core/auditor.hpp"
#include "agent/core/catalog.hpp"
#include "agent/core/health_monitor.hpp"
#include "agent/core/lifecycle.hpp"
#include "agent/core/reconciler.hpp"
#include "agent/core/supervisor.hpp"
#include "tests/fakes/fake_probe.hpp"
#include "tests/fakes/fake_runtime.hpp"
#include "tests/fakes/memory_history.hpp"
#include "tests/fakes/memory_keeper.hpp"
#include "tests/fakes/memory_store.hpp"

namespace mcpctl::test {

struct CoreUnderTest {
    asio::io_context loop;
    Registry registry;
    MemoryStore store;
    FakeRuntime runtime;
    Jobs jobs{loop.get_executor(), registry, store, 0};
    Catalog catalog{registry, store};
    MemoryKeeper keeper;
    Sessions sessions{loop.get_executor(), registry, store, runtime, keeper};
    FakeProbe probe;
    MemoryHistory history;
    Lifecycle lifecycle{loop.get_executor(), registry, store, runtime, probe, sessions, jobs, PortRange{46270, 46289}};
    Supervisor supervisor{loop.get_executor(), registry, store, runtime, probe};
    HealthMonitor health{loop.get_executor(), registry, sessions, {runtime, probe, history}};
    Reconciler reconciler{loop.get_executor(), registry, store, runtime, sessions, lifecycle, supervisor};
    Auditor auditor{registry, store};

    CoreUnderTest() {
        runtime.on_events(
            {.changed =
                 [this](const WorkloadRef& ref) {
                     lifecycle.wake(ref.instance);
                     ref.process == 0 ? supervisor.notice(ref) : sessions.notice(ref);
                 },
             .lost_track = [this] { spawn_detached(loop.get_executor(), "gap", reconciler.after_gap()); }});
    }

    // Runs one coroutine to its end and gives back its value.
    template <class T>
    T run(Task<T> task) {
        std::optional<T> value;
        asio::co_spawn(loop, std::move(task), [&](const std::exception_ptr& failure, T result) {
            EXPECT_EQ(failure, nullptr);
            value = std::move(result);
        });
        run_until([&] { return value.has_value(); });
        return std::move(*value);
    }

    void run(Task<void> task) {
        bool done = false;
        asio::co_spawn(loop, std::move(task), [&](const std::exception_ptr& failure) {
            EXPECT_EQ(failure, nullptr);
            done = true;
        });
        run_until([&] { return done; });
    }

    // Turns the loop until the condition holds; a test that never gets there fails after 20 s.
    void run_until(const std::function<bool()>& condition) {
        const auto deadline = Clock::now() + std::chrono::seconds(20);
        while (!condition()) {
            ASSERT_LT(Clock::now(), deadline) << "the condition never held";
            loop.restart();
            loop.run_one_for(std::chrono::milliseconds(50));
        }
    }

    // Does everything that can be done without waiting for a timer.
    void settle() {
        loop.restart();
        while (loop.poll() > 0) {
        }
    }

    void define(const std::string& name, const std::function<void(ProfileDefinition&)>& change = {}) {
        ServerDefinition server;
        server.name = name;
        server.transport = Transport::streamable_http;
        server.transport = Transport::streamable_http;
        server.command = {"server"};
        server.path = "/mcp";
        ASSERT_TRUE(run(catalog.add_server(server)));
        if (change) {
            ProfileDefinition profile = *registry.profile(name);
            change(profile);
            registry.put_profile(profile);
        }
    }

    // Starts and waits for the end of the job.
    AcceptedStart start(const std::string& profile) {
        const auto accepted = run(lifecycle.start({profile}));
        EXPECT_TRUE(accepted) << accepted.error().reason;
        wait_for_end(accepted->job);
        return *accepted;
    }

    const Job& wait_for_end(JobId id) {
        run_until([&] { return registry.job(id)->ended(); });
        settle();
        return *registry.job(id);
    }
};

}  // namespace mcpctl::test
