#include "base/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace mcpctl {
namespace {

TEST(ErrorCodes, HaveOneNameEachAndReadBack) {
    std::set<std::string_view> names;
    for (int value = 0; value <= int(ErrorCode::Internal); ++value) {
        const std::string_view name = name_of(ErrorCode(value));
        EXPECT_TRUE(names.insert(name).second) << name;
        EXPECT_EQ(error_code_named(name), ErrorCode(value));
    }
}

TEST(ErrorCodes, ThatAreUnknownAreInternal) {
    EXPECT_EQ(error_code_named("FromTheFuture"), ErrorCode::Internal);
    EXPECT_EQ(error_code_named(""), ErrorCode::Internal);
    EXPECT_EQ(error_code_named("notfound"), ErrorCode::Internal);
}

}  // namespace
}  // namespace mcpctl
