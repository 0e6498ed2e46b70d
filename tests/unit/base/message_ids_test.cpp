// M12: journalctl -x explains every event that has an id.
#include "base/message_ids.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace mcpctl {
namespace {

std::string text_of(const char* file) {
    std::ifstream stream(std::string(MCPCTL_SOURCE) + "/" + file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

// What stands in quotation marks, or begins an entry.
std::set<std::string> ids_in(const std::string& text, const std::string& before) {
    constexpr std::size_t length = 32;
    std::set<std::string> ids;
    for (auto found = text.find(before); found != std::string::npos; found = text.find(before, found + 1)) {
        const std::string id = text.substr(found + before.size(), length);
        if (id.size() == length && id.find_first_not_of("0123456789abcdef") == std::string::npos) {
            EXPECT_TRUE(ids.insert(id).second) << id << " is there twice";
        }
    }
    return ids;
}

TEST(TheJournalCatalog, HasAnEntryForEachMessageIdAndNoOther) {
    const auto ids = ids_in(text_of("base/message_ids.hpp"), "\"");
    EXPECT_GT(ids.size(), 30U);
    EXPECT_EQ(ids_in(text_of("units/mcpctl.catalog"), "-- "), ids);
}

}  // namespace
}  // namespace mcpctl
