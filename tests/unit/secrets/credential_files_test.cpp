#include "agent/secrets/credential_files.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace mcpctl::secrets {
namespace {

namespace fs = std::filesystem;

struct CredentialFiles : ::testing::Test {
    fs::path root;
    fs::path directory;

    void SetUp() override {
        std::string shape = fs::temp_directory_path() / "mcpctl-secrets-XXXXXX";
        root = ::mkdtemp(shape.data());
        directory = root / "secrets";
    }
    void TearDown() override { fs::remove_all(root); }

    static mode_t mode_of(const fs::path& path) {
        struct stat status{};
        EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
        return status.st_mode & 07777;
    }
    std::string text_of(const std::string& name) const {
        std::stringstream text;
        text << std::ifstream(directory / name).rdbuf();
        return text.str();
    }
    std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const KeptSecret& kept : list_credentials(directory)) {
            names.push_back(kept.name);
        }
        return names;
    }
};

TEST_F(CredentialFiles, AreTheirOwnersAlone) {
    write_credential(directory, "api-key", "one");
    EXPECT_EQ(mode_of(directory), 0700U);
    EXPECT_EQ(mode_of(directory / "api-key"), 0600U);
    EXPECT_EQ(text_of("api-key"), "one");
}

TEST_F(CredentialFiles, AreReplacedAsAWhole) {
    write_credential(directory, "api-key", "a long one");
    write_credential(directory, "api-key", "two");
    EXPECT_EQ(text_of("api-key"), "two");
    EXPECT_THAT(names(), ::testing::ElementsAre("api-key"));
}

TEST_F(CredentialFiles, AreListedWithoutWhatAPowerCutHasLeft) {
    EXPECT_TRUE(names().empty());
    write_credential(directory, "b", "1");
    write_credential(directory, "a", "1");
    std::ofstream(directory / "c.new") << "half";
    fs::create_directory(directory / "d");
    EXPECT_THAT(names(), ::testing::ElementsAre("a", "b"));
    EXPECT_GT(list_credentials(directory)[0].set_at, 1'600'000'000'000'000U);
    write_credential(directory, "c", "whole");
    EXPECT_EQ(text_of("c"), "whole");
}

TEST_F(CredentialFiles, AreRemovedOnce) {
    write_credential(directory, "a", "1");
    remove_credential(directory, "a");
    remove_credential(directory, "a");
    EXPECT_TRUE(names().empty());
}

TEST_F(CredentialFiles, AreNotWrittenThroughALink) {
    write_credential(directory, "a", "1");
    fs::create_symlink(root / "elsewhere", directory / "b.new");
    EXPECT_THROW(write_credential(directory, "b", "2"), fs::filesystem_error);
    EXPECT_FALSE(fs::exists(root / "elsewhere"));
}

}  // namespace
}  // namespace mcpctl::secrets
