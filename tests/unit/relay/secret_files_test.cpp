// B07: a container's secrets, from where PID 1 puts them to where the container sees them.
#include "agent/relay/secret_files.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace mcpctl::relay {
namespace {

namespace fs = std::filesystem;

class SecretsOfAContainer : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "mcpctl-relay-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        root_ = pattern;
        fs::create_directory(credentials());
        fs::create_directory(root_ / "runtime");
        ::setenv("CREDENTIALS_DIRECTORY", credentials().c_str(), 1);
        ::setenv("RUNTIME_DIRECTORY", (root_ / "runtime").c_str(), 1);
    }
    void TearDown() override {
        ::unsetenv("CREDENTIALS_DIRECTORY");
        ::unsetenv("RUNTIME_DIRECTORY");
        fs::remove_all(root_);
    }
    [[nodiscard]] fs::path credentials() const { return root_ / "credentials"; }
    [[nodiscard]] fs::path placed() const { return root_ / "runtime" / "files"; }
    void give(const std::string& name, const std::string& value) const {
        fs::remove(credentials() / name);
        std::ofstream(credentials() / name) << value;
        fs::permissions(credentials() / name, fs::perms::owner_read);
    }
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream file(placed() / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

  private:
    fs::path root_;
};

TEST_F(SecretsOfAContainer, AreReadableToAnyUserOfTheContainer) {
    give("api-key", std::string("a\0b\n", 4));
    ASSERT_TRUE(place_secrets());
    EXPECT_EQ(read("api-key"), std::string("a\0b\n", 4));
    EXPECT_EQ(unsigned(fs::status(placed() / "api-key").permissions()), 0444U);
    EXPECT_EQ(unsigned(fs::status(placed()).permissions()), 0755U);
}

// In the directory that is mounted: another one in its place would not be seen.
TEST_F(SecretsOfAContainer, ReplaceWhatAnEarlierRelayHasPlaced) {
    give("api-key", "before");
    ASSERT_TRUE(place_secrets());
    give("api-key", "after");
    ASSERT_TRUE(place_secrets());
    EXPECT_EQ(read("api-key"), "after");
}

TEST_F(SecretsOfAContainer, AreNoneWherePid1HasGivenNone) {
    ::unsetenv("CREDENTIALS_DIRECTORY");
    EXPECT_TRUE(place_secrets());
    EXPECT_FALSE(fs::exists(placed()));
}

TEST_F(SecretsOfAContainer, FailTheStartWhereTheyCannotBePlaced) {
    give("api-key", "x");
    ::setenv("RUNTIME_DIRECTORY", "/dev/null", 1);
    const auto placed = place_secrets();
    ASSERT_FALSE(placed);
    EXPECT_EQ(placed.error().code, ErrorCode::StorageFailed);
}

}  // namespace
}  // namespace mcpctl::relay
