// Every point at which the agent is made to die, and what a caller may rely on there. The trials fail where the agent
// does not come by one of these, or comes by another.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace mcpctl::test {

enum class Promise : std::uint8_t {
    nothing,       // not stored: it does not happen, and the caller is told that nobody knows
    either,        // being stored: it happens whole or not at all, and the caller is told that nobody knows
    stored,        // it happens, and the caller may have been told so
    acknowledged,  // it happens, and the caller's call sees it through
};

struct Point {
    std::string_view name;
    Promise promise;
};

// The points of one kind of instance.
struct LifecyclePoints {
    std::span<const Point> start;
    std::span<const Point> restart;
    std::span<const Point> stop;
    // Of the agents that go on with a job, one after the other.
    std::span<const std::string_view> resumed_start;
    std::span<const std::string_view> resumed_restart;
    std::span<const std::string_view> resumed_stop;
};

constexpr std::array start_points{
    Point{"before intent", Promise::nothing},
    Point{"before write store.db-wal", Promise::either},
    Point{"after write store.db-wal", Promise::either},
    Point{"before write store.db-wal again", Promise::either},
    Point{"after write store.db-wal again", Promise::either},
    Point{"before sync store.db-wal", Promise::either},
    Point{"after sync store.db-wal", Promise::either},
    Point{"after intent", Promise::stored},
    Point{"before port_holder", Promise::stored},
    Point{"after port_holder", Promise::stored},
    Point{"before launch", Promise::stored},
    Point{"after launch", Promise::acknowledged},
    Point{"before verify", Promise::acknowledged},
    Point{"after verify", Promise::acknowledged},
    Point{"before inspect", Promise::acknowledged},
    Point{"after inspect", Promise::acknowledged},
    Point{"before port_holder again", Promise::acknowledged},
    Point{"after port_holder again", Promise::acknowledged},
    Point{"before inspect again", Promise::acknowledged},
    Point{"after inspect again", Promise::acknowledged},
    Point{"before outcome", Promise::acknowledged},
    Point{"after outcome", Promise::acknowledged},
};

constexpr std::array failing_start_points{
    Point{"before last_lines", Promise::acknowledged}, Point{"after last_lines", Promise::acknowledged},
    Point{"before kill", Promise::acknowledged},       Point{"after kill", Promise::acknowledged},
    Point{"before forget", Promise::acknowledged},     Point{"after forget", Promise::acknowledged},
    Point{"before removal", Promise::acknowledged},    Point{"after removal", Promise::acknowledged},
};

constexpr std::array restart_points{
    Point{"before intent", Promise::nothing},
    Point{"before write store.db-wal", Promise::either},
    Point{"after write store.db-wal", Promise::either},
    Point{"before write store.db-wal again", Promise::either},
    Point{"after write store.db-wal again", Promise::either},
    Point{"before sync store.db-wal", Promise::either},
    Point{"after sync store.db-wal", Promise::either},
    Point{"after intent", Promise::stored},
    Point{"before inspect", Promise::stored},
    Point{"after inspect", Promise::stored},
    Point{"before request_stop", Promise::stored},
    Point{"after request_stop", Promise::acknowledged},
    Point{"before inspect again", Promise::acknowledged},
    Point{"after inspect again", Promise::acknowledged},
    Point{"before forget", Promise::acknowledged},
    Point{"after forget", Promise::acknowledged},
    Point{"before record", Promise::acknowledged},
    Point{"after record", Promise::acknowledged},
    Point{"before port_holder", Promise::acknowledged},
    Point{"after port_holder", Promise::acknowledged},
    Point{"before launch", Promise::acknowledged},
    Point{"after launch", Promise::acknowledged},
    Point{"before verify", Promise::acknowledged},
    Point{"after verify", Promise::acknowledged},
    Point{"before port_holder again", Promise::acknowledged},
    Point{"after port_holder again", Promise::acknowledged},
    Point{"before outcome", Promise::acknowledged},
    Point{"after outcome", Promise::acknowledged},
};

constexpr std::array stop_points{
    Point{"before intent", Promise::nothing},
    Point{"before write store.db-wal", Promise::either},
    Point{"after write store.db-wal", Promise::either},
    Point{"before write store.db-wal again", Promise::either},
    Point{"after write store.db-wal again", Promise::either},
    Point{"before sync store.db-wal", Promise::either},
    Point{"after sync store.db-wal", Promise::either},
    Point{"after intent", Promise::stored},
    Point{"before inspect", Promise::stored},
    Point{"after inspect", Promise::stored},
    Point{"before request_stop", Promise::stored},
    Point{"after request_stop", Promise::acknowledged},
    Point{"before inspect again", Promise::acknowledged},
    Point{"after inspect again", Promise::acknowledged},
    Point{"before forget", Promise::acknowledged},
    Point{"after forget", Promise::acknowledged},
    Point{"before removal", Promise::acknowledged},
    Point{"after removal", Promise::acknowledged},
};

constexpr std::array definition_points{
    Point{"before definition", Promise::nothing},
    Point{"before write store.db-wal", Promise::either},
    Point{"after write store.db-wal", Promise::either},
    Point{"before write store.db-wal again", Promise::either},
    Point{"after write store.db-wal again", Promise::either},
    Point{"before sync store.db-wal", Promise::either},
    Point{"after sync store.db-wal", Promise::either},
    Point{"after definition", Promise::stored},
};

constexpr auto resumed_start_points = std::to_array<std::string_view>({
    "before port_holder",
    "after port_holder",
    "before launch",
    "after launch",
    "before verify",
    "after verify",
    "before inspect",
    "after inspect",
    "before port_holder again",
    "after port_holder again",
    "before outcome",
    "after outcome",
});

constexpr auto resumed_restart_points = std::to_array<std::string_view>({
    "before inspect",
    "after inspect",
    "before request_stop",
    "after request_stop",
    "before forget",
    "after forget",
    "before record",
    "after record",
    "before port_holder",
    "after port_holder",
    "before launch",
    "after launch",
    "before verify",
    "after verify",
    "before port_holder again",
    "after port_holder again",
    "before outcome",
    "after outcome",
});

constexpr auto resumed_stop_points = std::to_array<std::string_view>({
    "before inspect",
    "after inspect",
    "before request_stop",
    "after request_stop",
    "before forget",
    "after forget",
    "before removal",
    "after removal",
});

constexpr LifecyclePoints process_points{start_points,         restart_points,         stop_points,
                                         resumed_start_points, resumed_restart_points, resumed_stop_points};

// Of the agents that come up, one after the other.
constexpr auto adoption_points = std::to_array<std::string_view>({
    "before boot",
    "after boot",
    "before list",
    "after list",
    "before kill",
    "after kill",
    "before inspect",
    "after inspect",
    "before last_lines",
    "after last_lines",
    "before shutting_down",
    "after shutting_down",
    "before record",
    "after record",
});

// A killed workload that nobody owns is not there for the next agent, so each of these begins anew.
constexpr auto unowned_points = std::to_array<std::string_view>({"before forget", "after forget"});

// Inside the store, while it is opened: a new one, and one that is damaged and has a backup. These few show that the
// next agent comes up and the caller has an answer; tests/unit/store/store_crash_test.cpp tries every operation.
constexpr auto new_store_points = std::to_array<std::string_view>({
    "before write store.db-journal",
    "before write store.db",
    "before unlink store.db-journal",
    "before write store.db-wal",
    "before sync store.db-wal again",
});

constexpr auto restored_store_points = std::to_array<std::string_view>({
    "before rename store.db",
    "after rename store.db",
    "before rename store.db.tmp",
    "after rename store.db.tmp",
    "before write store.db",
    "before write store.db-wal",
    "before sync store.db-wal again",
});

}  // namespace mcpctl::test
