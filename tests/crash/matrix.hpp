// The crash matrix: the agent dies at each named point of each operation, and what comes of it is right (B01, B02).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/crash/crashing_agent.hpp"
#include "tests/crash/point_table.hpp"
#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {

// One command of the tool, and how to tell that it was carried out.
struct Operation {
    std::string phase;
    std::vector<std::string> command;
    int status = 0;  // of the tool that sees the end
    std::function<bool()> carried_out;
};

// A check may come by at any time, and its points belong to no operation.
inline const Json rarely_checked{{"health", {{"interval", "1h"}}}};

class CrashMatrix : public MachineTest {
  protected:
    void SetUp() override;
    void TearDown() override;

    // Each tries every point of its table so often.
    void starts_restarts_and_stops(int rounds);
    void failing_starts(int rounds);
    void resumed_jobs(int rounds);
    void adoptions(int rounds);
    void definitions(int rounds);
    void new_stores(int rounds);
    void restored_stores(int rounds);

    // Profile `slow`, whose instances come by the points: late enough that what is repeated is repeated.
    virtual void define_slow();
    [[nodiscard]] virtual const LifecyclePoints& points() const { return process_points; }
    virtual void expect_settled() const;

  private:
    void add_bystanders();
    void try_start(const Point& point);
    void try_restart(const Point& point);
    void try_stop(const Point& point);
    void adopt(std::span<const std::string_view> points);
    void open_store(std::string_view point);
    void attempt(const Operation& operation, const Point& point);
    // The agents die at all of `armed`, one after the other.
    void attempt(const Operation& operation, Promise promise, const std::vector<std::string>& armed);
    static void expect_consumed(const std::vector<std::string>& armed);
    // `phase` with its colon.
    void expect_no_others(std::string_view phase, std::span<const Point> points) const;

    std::optional<CrashingAgent> agent_;
    std::set<std::string> running_;  // the instances that must be there
    std::set<std::string> passed_;   // every point that some agent came by
    std::map<std::string, std::set<int>> bystanders_;
};

}  // namespace mcpctl::test
