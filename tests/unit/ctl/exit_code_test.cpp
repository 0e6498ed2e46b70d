#include "ctl/exit_code.hpp"

#include <gtest/gtest.h>

namespace mcpctl::ctl {
namespace {

// M15: scripts depend on these numbers.
TEST(ExitCodes, FollowFromTheErrorCode) {
    EXPECT_EQ(int(exit_code_of(ErrorCode::InvalidArgument)), 2);
    EXPECT_EQ(int(exit_code_of(ErrorCode::AccessDenied)), 3);
    EXPECT_EQ(int(exit_code_of(ErrorCode::NotFound)), 4);
    EXPECT_EQ(int(exit_code_of(ErrorCode::Unavailable)), 5);
    EXPECT_EQ(int(exit_code_of(ErrorCode::TimedOut)), 6);
    for (const ErrorCode code : {ErrorCode::AlreadyExists, ErrorCode::InUse, ErrorCode::Busy, ErrorCode::StartFailed,
                                 ErrorCode::StorageFailed, ErrorCode::Canceled, ErrorCode::Internal}) {
        EXPECT_EQ(int(exit_code_of(code)), 1) << name_of(code);
    }
}

TEST(ExitCodes, AreAllInTheHelp) {
    const std::string help = exit_codes_help();
    for (const char* number :
         {"  0  ", "  1  ", "  2  ", "  3  ", "  4  ", "  5  ", "  6  ", "  7  ", "  8  ", "130  "}) {
        EXPECT_NE(help.find(number), std::string::npos) << number;
    }
}

}  // namespace
}  // namespace mcpctl::ctl
