#include "agent/systemd/executable.hpp"

#include <gtest/gtest.h>

#include "agent/core/launch_failure.hpp"

namespace mcpctl::systemd {
namespace {

void expect_missing(const std::string& command, std::string_view text) {
    const auto found = find_executable(command);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::StartFailed);
    EXPECT_EQ(reason_of_launch_failure(found.error()), (Reason{ReasonCode::missing_executable, std::string(text)}));
}

TEST(Executable, IsLookedUpByItsName) {
    EXPECT_EQ(find_executable("sh"), "/usr/bin/sh");
}

TEST(Executable, IsTakenByItsPath) {
    EXPECT_EQ(find_executable("/bin/sh"), "/bin/sh");
}

TEST(Executable, ThatDoesNotExistIsReported) {
    expect_missing("nonesuch-at-all", "nonesuch-at-all: No such file or directory");
    expect_missing("/usr/bin/nonesuch", "/usr/bin/nonesuch: No such file or directory");
    expect_missing("", ": No such file or directory");
}

TEST(Executable, ThatCannotBeExecutedIsReported) {
    expect_missing("/etc/passwd", "/etc/passwd: Permission denied");
    expect_missing("/usr", "/usr: Permission denied");
}

TEST(Executable, WithARelativePathIsReported) {
    expect_missing("./server", "./server: neither a name nor an absolute path");
}

TEST(Executable, ThatWeMayBeUnableToSeeIsLeftToPid1) {
    EXPECT_EQ(find_executable("/home/me/server"), "/home/me/server");
}

TEST(Executable, CouldBeFoundInAnyDirectoryOfTheSearchPath) {
    EXPECT_TRUE(could_be_found_as("server", "/usr/bin/server"));
    EXPECT_TRUE(could_be_found_as("server", "/usr/local/sbin/server"));
    EXPECT_TRUE(could_be_found_as("/opt/server", "/opt/server"));
    EXPECT_FALSE(could_be_found_as("server", "/tmp/server"));
    EXPECT_FALSE(could_be_found_as("server", "/usr/bin/other"));
    EXPECT_FALSE(could_be_found_as("/opt/server", "/usr/bin/server"));
    EXPECT_FALSE(could_be_found_as("bin/server", "/usr/bin/bin/server"));
}

}  // namespace
}  // namespace mcpctl::systemd
