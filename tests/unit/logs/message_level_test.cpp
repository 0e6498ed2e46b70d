#include "agent/logs/message_level.hpp"

#include <gtest/gtest.h>

namespace mcpctl::logs {
namespace {

TEST(LevelInAMessage, IsFoundInJsonObjects) {
    const std::pair<std::string_view, LogLevel> rows[]{
        {R"({"level":"error","msg":"x"})", LogLevel::error},
        {R"({"msg":"\"level\":\"debug\"", "level" : "WARN"})", LogLevel::warning},
        {R"({"level":50})", LogLevel::error},
        {R"({"level":30,"time":1})", LogLevel::info},
        {R"({"level":60})", LogLevel::critical},
        {R"({"a":{"level":"debug"},"b":[{"level":"debug"}],"level":"fatal"})", LogLevel::critical},
        {R"({"level":"trace"})", LogLevel::debug},
    };
    for (const auto& [message, level] : rows) {
        EXPECT_EQ(level_in(message), level) << message;
    }
}

TEST(LevelInAMessage, IsNoneElsewhere) {
    for (const std::string_view message :
         {"", "{", "{}", "}", "level: error", R"({"level":"loud"})", R"({"level":null})", R"({"level"})",
          R"({"a":{"level":"error"}})", R"(["level","error"])", R"({"levels":"error"})", R"({"x":"level)", "{\"\\}",
          R"({"level":"error")"}) {
        EXPECT_FALSE(level_in(message)) << message;
    }
}

}  // namespace
}  // namespace mcpctl::logs
