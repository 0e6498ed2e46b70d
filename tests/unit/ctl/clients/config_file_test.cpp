#include "ctl/clients/config_file.hpp"

#include <gmock/gmock.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace mcpctl::ctl {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

class ConfigFileTest : public ::testing::Test {
  protected:
    ConfigFileTest() {
        std::string name = (fs::temp_directory_path() / "config-file-XXXXXX").string();
        directory_ = ::mkdtemp(name.data());
    }
    ~ConfigFileTest() override { fs::remove_all(directory_); }

    [[nodiscard]] std::string path(const std::string& name = "c.json") const { return (directory_ / name).string(); }
    void write(const std::string& text) const { std::ofstream(path()) << text; }
    static std::string content(const fs::path& file) {
        std::ifstream stream(file);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    [[nodiscard]] std::ptrdiff_t files() const {
        return std::distance(fs::directory_iterator(directory_), fs::directory_iterator());
    }

    fs::path directory_;
};

TEST_F(ConfigFileTest, KeepsModeAndLeavesWhatWasThere) {
    write("old");
    fs::permissions(path(), fs::perms(0640));
    const auto file = ConfigFile::open(path());
    ASSERT_TRUE(file) << file.error().reason;
    EXPECT_EQ(file->text(), "old");
    const auto backup = file->replace("new");
    ASSERT_TRUE(backup) << backup.error().reason;
    EXPECT_EQ(content(path()), "new");
    EXPECT_THAT(*backup, HasSubstr("c.json.bak-20"));
    EXPECT_EQ(content(*backup), "old");
    for (const std::string& one : {path(), *backup}) {
        EXPECT_EQ(fs::status(one).permissions(), fs::perms(0640)) << one;
    }
    EXPECT_EQ(files(), 2);
}

TEST_F(ConfigFileTest, MakesAFileThatOnlyItsOwnerReads) {
    const auto file = ConfigFile::open(path());
    ASSERT_TRUE(file) << file.error().reason;
    EXPECT_EQ(file->text(), "");
    EXPECT_EQ(file->replace("new").value_or("failed"), "");
    EXPECT_EQ(fs::status(path()).permissions(), fs::perms(0600));
    EXPECT_EQ(files(), 1);
}

TEST_F(ConfigFileTest, RefusesLinksDirectoriesAndWhatIsNotThere) {
    write("old");
    fs::create_symlink(path(), path("link.json"));
    EXPECT_THAT(ConfigFile::open(path("link.json")).error().reason, HasSubstr("is a symbolic link"));
    EXPECT_THAT(ConfigFile::open(directory_.string() + "/.").error().reason, HasSubstr("is not the name of a file"));
    fs::create_directory(path("folder"));
    EXPECT_THAT(ConfigFile::open(path("folder")).error().reason, HasSubstr("is not a file"));
    EXPECT_EQ(ConfigFile::open(path("missing/c.json")).error().code, ErrorCode::NotFound);
    EXPECT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    EXPECT_THAT(ConfigFile::open(path("pipe")).error().reason, HasSubstr("is not a file"));
}

TEST_F(ConfigFileTest, IsNotReplacedWhenSomebodyElseHasChangedIt) {
    write("old");
    const auto file = ConfigFile::open(path());
    ASSERT_TRUE(file);
    write("of somebody else");
    EXPECT_EQ(file->replace("new").error().code, ErrorCode::Busy);
    EXPECT_EQ(content(path()), "of somebody else");
    EXPECT_EQ(files(), 1);
}

}  // namespace
}  // namespace mcpctl::ctl
