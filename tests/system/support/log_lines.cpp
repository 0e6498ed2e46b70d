#include "tests/system/support/log_lines.hpp"

#include <gtest/gtest.h>

#include <format>
#include <sstream>

#include "tests/system/support/eventually.hpp"

namespace mcpctl::test {
namespace {

bool has_written(const std::string& instance, int count) {
    const auto last = logs_of(instance, {"--tail", "1", "--grep", std::format("of {}", count)});
    return !last.empty() && last[0]["message"] == std::format("line {:06} of {}", count, count);
}

}  // namespace

std::vector<Json> objects_in(const std::string& text) {
    std::vector<Json> all;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        all.push_back(Json::parse(line, nullptr, false));
        EXPECT_TRUE(all.back().is_object()) << line;
    }
    return all;
}

std::vector<Json> logs_of(const std::string& instance, std::vector<std::string> more) {
    more.insert(more.begin(), {"logs", instance, "-o", "ndjson"});
    const Output output = mcpctl(more);
    EXPECT_EQ(output.status, 0) << output.err;
    return objects_in(output.out);
}

void expect_complete(const std::vector<Json>& lines, int count) {
    int next = 1;
    for (const Json& line : lines) {
        const std::string message = line["message"];
        if (!message.starts_with("line ")) {
            EXPECT_NE(line["stream"], "gap") << line;
            continue;
        }
        ASSERT_EQ(message, std::format("line {:06} of {}", next, count));
        ++next;
    }
    EXPECT_EQ(next, count + 1);
}

void wait_until_written(const std::string& instance, int count) {
    ASSERT_TRUE(eventually([&] { return has_written(instance, count); }, std::chrono::seconds(120)));
}

}  // namespace mcpctl::test
