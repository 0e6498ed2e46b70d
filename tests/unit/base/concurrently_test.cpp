#include "base/concurrently.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace mcpctl {
namespace {

struct Seen {
    std::vector<int> visits;
    int now = 0;
    int most = 0;
};

Seen visit(std::size_t count, std::size_t width) {
    asio::io_context loop;
    Seen seen{std::vector<int>(count)};
    const auto work = [&](std::size_t index) -> Task<void> {
        seen.most = std::max(seen.most, ++seen.now);
        co_await wait_for(std::chrono::microseconds(index % 3));
        ++seen.visits[index];
        --seen.now;
    };
    bool ended = false;
    asio::co_spawn(loop, concurrently(count, width, work),
                   [&](const std::exception_ptr& failure) { ended = failure == nullptr && seen.now == 0; });
    loop.run();
    EXPECT_TRUE(ended);
    return seen;
}

TEST(Concurrently, DoesEverythingOnceAndNoMoreAtATimeThanAllowed) {
    const Seen seen = visit(100, 8);
    EXPECT_EQ(seen.visits, std::vector<int>(100, 1));
    EXPECT_EQ(seen.most, 8);
}

TEST(Concurrently, EndsWhereThereIsNothingToDo) {
    EXPECT_EQ(visit(0, 8).most, 0);
}

}  // namespace
}  // namespace mcpctl
