// How long jobs stay readable.
#include "agent/core/jobs.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/core_under_test.hpp"

namespace mcpctl::test {
namespace {

class EndedJobs : public testing::Test {
  protected:
    CoreUnderTest core;
    JobId end_one() {
        const Job job = core.jobs.make(JobKind::stop, InstanceId{});
        core.registry.put_job(job);
        core.jobs.announce_end(core.jobs.ended(job.id, {}));
        return job.id;
    }
};

TEST_F(EndedJobs, StayReadableAsManyAsThereMayBe) {
    const JobId first = end_one();
    const JobId second = end_one();
    for (std::size_t count = 2; count <= Jobs::readable_count; ++count) {
        end_one();
    }
    EXPECT_EQ(core.registry.job(first), nullptr);
    EXPECT_NE(core.registry.job(second), nullptr);
    EXPECT_EQ(core.registry.jobs().size(), Jobs::readable_count);
}

}  // namespace
}  // namespace mcpctl::test
