// The pages as they are built, against what they describe (M16).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <set>
#include <sstream>

#include "agent/app/configuration.hpp"
#include "ctl/command_line.hpp"
#include "man/verb_page.hpp"

namespace mcpctl::man {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

const fs::path texts = fs::path(MCPCTL_SOURCE) / "docs/man";

std::string text_of(const fs::path& file) {
    std::ifstream stream(file);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
}

std::string output_of(const std::string& command) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen((command + " 2>&1").c_str(), "re"), ::pclose);
    std::string output;
    std::array<char, 4096> buffer{};
    while (const std::size_t size = pipe ? std::fread(buffer.data(), 1, buffer.size(), pipe.get()) : 0) {
        output.append(buffer.data(), size);
    }
    return output;
}

std::vector<fs::path> pages() {
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(MCPCTL_MANUAL)) {
        if (entry.is_regular_file()) {
            found.push_back(entry.path());
        }
    }
    return found;
}

class VerbPages : public ::testing::Test {
  protected:
    VerbPages() { ctl::describe(root_, context_); }
    CLI::App& root() { return root_; }

  private:
    ctl::Context context_;
    CLI::App root_{ctl::what_mcpctl_is(), "mcpctl"};
};

TEST_F(VerbPages, HaveTheirDescriptions) {
    EXPECT_FALSE(text_of(texts / "mcpctl.txt").empty());
    for (const CLI::App* verb : ctl::shown_verbs(root())) {
        const std::string file = page_name(*verb) + ".txt";
        EXPECT_FALSE(text_of(texts / file).empty())
            << "docs/man/" << file << " is missing: what the verb does, for its page, in the form of man/markup.hpp";
    }
}

TEST_F(VerbPages, HaveVerbs) {
    std::set<std::string> known{"mcpctl"};
    for (const CLI::App* verb : ctl::shown_verbs(root())) {
        known.insert(page_name(*verb));
    }
    for (const auto& entry : fs::directory_iterator(texts)) {
        const std::string stem = entry.path().stem();
        const bool of_a_verb = stem.find('.') == std::string::npos;
        EXPECT_TRUE(!of_a_verb || known.contains(stem)) << entry.path() << " describes no verb";
    }
}

std::set<std::string> option_names(const std::string& text) {
    static const std::regex option(R"((^|[ ,(|])(--?[a-z][a-z-]*))");
    std::set<std::string> names;
    for (std::sregex_iterator it(text.begin(), text.end(), option), end; it != end; ++it) {
        names.insert((*it)[2]);
    }
    return names;
}

// As people read it.
std::string shown(const std::string& name) {
    return output_of(
        "MANWIDTH=2000 LC_ALL=C.UTF-8 man --warnings --no-hyphenation --no-justification --local-file " MCPCTL_MANUAL
        "/man1/" +
        name + ".1 | col -bx");
}

void expect_same_options(const CLI::App& verb, const std::string& page) {
    std::string help = verb.help("", CLI::AppFormatMode::Normal);
    if (!ctl::shown_verbs(verb).empty()) {
        help.resize(std::min(help.size(), help.find("EXAMPLES:")));  // those of mcpctl itself
    }
    for (const std::string& name : option_names(help)) {
        EXPECT_THAT(page, HasSubstr(name)) << ctl::path_of(verb) << ": --help has it";
    }
    // Those without a group are told with mcpctl itself.
    for (const CLI::Option* option :
         verb.get_options([](const CLI::Option* each) { return !each->get_group().empty(); })) {
        EXPECT_THAT(help, HasSubstr(option->get_description()));
        EXPECT_THAT(page, HasSubstr(option->get_description())) << ctl::path_of(verb) << " " << option->get_name();
    }
    for (const CLI::App* inner : ctl::shown_verbs(verb)) {
        expect_same_options(*inner, page);
    }
}

TEST_F(VerbPages, SayWhatHelpSays) {
    for (const CLI::App* verb : ctl::shown_verbs(root())) {
        const std::string page = shown(page_name(*verb));
        ASSERT_THAT(page, HasSubstr("NAME")) << page_name(*verb);
        expect_same_options(*verb, page);
        std::string help;
        for (const CLI::App* inner : ctl::shown_verbs(*verb)) {
            help += inner->help("", CLI::AppFormatMode::Normal);
        }
        help += verb->help("", CLI::AppFormatMode::Normal) + text_of(texts / (page_name(*verb) + ".txt"));
        for (const std::string& name : option_names(page)) {
            EXPECT_THAT(help, HasSubstr(name)) << page_name(*verb) << "(1) has it";
        }
    }
}

TEST(Manual, IsCleanRoff) {
    ASSERT_GE(pages().size(), 20U);
    for (const fs::path& page : pages()) {
        EXPECT_THAT(output_of("mandoc -T lint -W warning " + page.string()), IsEmpty());
        EXPECT_THAT(output_of("LC_ALL=C.UTF-8 MANROFFSEQ= MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z " +
                              page.string() + " >/dev/null"),
                    IsEmpty())
            << page;
    }
}

TEST(Manual, HasEveryConfigurationKeyOfTheAgent) {
    const std::string text = text_of(texts / "mcpctl.toml.5.txt");
    std::set<std::string> described;
    const std::regex term("\n`([a-zA-Z_.]+)`\n: ");
    for (std::sregex_iterator it(text.begin(), text.end(), term), end; it != end; ++it) {
        described.insert((*it)[1]);
    }
    const auto keys = configuration_keys();
    EXPECT_EQ(described, std::set<std::string>(keys.begin(), keys.end()));
}

}  // namespace
}  // namespace mcpctl::man
