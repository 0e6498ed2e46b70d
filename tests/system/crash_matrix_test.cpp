// The agent is killed at each named point of what it does (B01, B02). ./dev bench crash tries each twenty times.
#include <random>

#include "tests/crash/matrix.hpp"
#include "tests/crash/random_kills.hpp"

namespace mcpctl::test {
namespace {

TEST_F(CrashMatrix, AtEachPointOfAStartARestartAndAStop) {
    starts_restarts_and_stops(1);
}

TEST_F(CrashMatrix, AtEachPointOfAStartThatFails) {
    failing_starts(1);
}

TEST_F(CrashMatrix, AtEachPointOfAJobThatGoesOnAfterACrash) {
    resumed_jobs(1);
}

TEST_F(CrashMatrix, AtEachPointOfAnAdoption) {
    adoptions(1);
}

TEST_F(CrashMatrix, AtEachPointOfADefinition) {
    definitions(1);
}

TEST_F(CrashMatrix, AtEachPointOfMakingAStore) {
    new_stores(1);
}

TEST_F(CrashMatrix, AtEachPointOfRestoringAStore) {
    restored_stores(1);
}

class RandomKills : public MachineTest {};

TEST_F(RandomKills, LoseDoubleAndOrphanNothing) {
    define_test_server("load");
    kill_at_random({.kills = 12, .acknowledgements = 600, .seed = std::random_device()()});
}

}  // namespace
}  // namespace mcpctl::test
