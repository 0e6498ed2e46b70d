// The long form of the crash trials: every named point twenty times, then a thousand kills under load. About half an
// hour; the short form is in tests/system/crash_matrix_test.cpp.
#include <random>

#include "tests/crash/matrix.hpp"
#include "tests/crash/random_kills.hpp"

namespace mcpctl::test {
namespace {

constexpr int rounds = 20;

class LongCrashMatrix : public CrashMatrix {};

TEST_F(LongCrashMatrix, StartsRestartsAndStops) {
    starts_restarts_and_stops(rounds);
}

TEST_F(LongCrashMatrix, FailingStarts) {
    failing_starts(rounds);
}

TEST_F(LongCrashMatrix, ResumedJobs) {
    resumed_jobs(rounds);
}

TEST_F(LongCrashMatrix, Adoptions) {
    adoptions(rounds);
}

TEST_F(LongCrashMatrix, Definitions) {
    definitions(rounds);
}

TEST_F(LongCrashMatrix, NewStores) {
    new_stores(rounds);
}

TEST_F(LongCrashMatrix, RestoredStores) {
    restored_stores(rounds);
}

class LongRandomKills : public MachineTest {};

TEST_F(LongRandomKills, UnderMixedLoad) {
    define_test_server("load");
    kill_at_random({.kills = 1000, .acknowledgements = 50'000, .seed = std::random_device()()});
}

}  // namespace
}  // namespace mcpctl::test
