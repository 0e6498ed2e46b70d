#include "ctl/completion/completer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "ctl/command_line.hpp"

namespace mcpctl::ctl {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
using Words = std::vector<std::string>;

// M16: shells complete verbs, options, values and live names, from the tree that the parser itself uses.
class Completer : public ::testing::Test {
  protected:
    Completer() { describe(app_, context_); }

    Completion ask(const Words& words) {
        return complete(place_in(app_, words), [this](ValueKind kind, const Words& operands) {
            asked_.push_back(kind);
            operands_ = operands;
            return known(kind);
        });
    }
    Words texts(const Words& words) {
        Words texts;
        for (const Candidate& candidate : ask(words).candidates) {
            texts.push_back(candidate.text);
        }
        return texts;
    }
    CLI::App& app() { return app_; }
    [[nodiscard]] const std::vector<ValueKind>& asked() const { return asked_; }
    [[nodiscard]] const Words& operands() const { return operands_; }

  private:
    static std::vector<Candidate> known(ValueKind kind) {
        switch (kind) {
            case ValueKind::instance:
                return {{"echo", "running"}, {"bd1ed430", "echo, running", true}, {"files", "failed"}};
            case ValueKind::profile:
                return {{"small", ""}, {"big", ""}};
            case ValueKind::secret:
                return {{"api-key", ""}};
            default:
                return {{"thing", ""}};
        }
    }

    Context context_;
    CLI::App app_;
    std::vector<ValueKind> asked_;
    Words operands_;
};

TEST_F(Completer, GivesVerbsWithTheirDescriptions) {
    const Completion completion = ask({"st"});
    EXPECT_THAT(texts({"st"}), UnorderedElementsAre("start", "stop", "status"));
    EXPECT_EQ(completion.candidates.front().description, verb_named(app(), "start")->get_description());
    EXPECT_THAT(texts({"profile", ""}), UnorderedElementsAre("add", "list", "show", "remove"));
    EXPECT_THAT(texts({""}), Not(Contains("__complete"))) << "nobody types it";
    EXPECT_THAT(texts({"nonsense", "st"}), IsEmpty());
}

TEST_F(Completer, GivesOptionsThatAreNotThereYet) {
    EXPECT_THAT(texts({"stop", "--dr"}), ElementsAre("--drain-timeout"));
    EXPECT_THAT(texts({"stop", "-"}), Contains("--yes"));
    EXPECT_THAT(texts({"stop", "-"}), Not(Contains("-y"))) << "the long form says more";
    EXPECT_THAT(texts({"stop", "-y"}), ElementsAre("-y"));
    EXPECT_THAT(texts({"stop", "--yes", "--"}), Not(Contains("--yes")));
    EXPECT_THAT(texts({"profile", "add", "--env", "A=b", "--e"}), Contains("--env")) << "it may be repeated";
    EXPECT_THAT(texts({"list", ""}), Contains("--watch")) << "nothing else can follow";
}

TEST_F(Completer, GivesTheWordsOfAChoice) {
    EXPECT_THAT(texts({"list", "-o", ""}), ElementsAre("table", "json", "ndjson", "name"));
    EXPECT_THAT(texts({"list", "--output", "j"}), ElementsAre("json"));
    EXPECT_THAT(texts({"list", "--output=j"}), ElementsAre("--output=json"));
    EXPECT_THAT(texts({"list", "-oj"}), ElementsAre("-ojson"));
    EXPECT_THAT(texts({"profile", "add", "--restart", "on"}), ElementsAre("on-failure"));
}

TEST_F(Completer, GivesLiveNames) {
    EXPECT_THAT(texts({"stop", ""}), ElementsAre("echo", "files"));
    EXPECT_THAT(texts({"stop", "--drain-timeout", "5s", "fi"}), ElementsAre("files"));
    EXPECT_THAT(texts({"start", "b"}), ElementsAre("big"));
    EXPECT_THAT(texts({"secret", "remove", ""}), ElementsAre("api-key"));
    EXPECT_THAT(texts({"audit", "--instance", "e"}), ElementsAre("echo"));
}

TEST_F(Completer, GivesAnIdWhereNoNameBeginsSo) {
    EXPECT_THAT(texts({"status", "bd"}), ElementsAre("bd1ed430"));
    EXPECT_THAT(texts({"status", ""}), Not(Contains("bd1ed430")));
}

TEST_F(Completer, AsksForEachNameByWhatItIs) {
    const std::vector<std::pair<Words, ValueKind>> lines{{{"status", ""}, ValueKind::instance},
                                                         {{"start", ""}, ValueKind::profile},
                                                         {{"profile", "show", ""}, ValueKind::profile},
                                                         {{"server", "show", ""}, ValueKind::server},
                                                         {{"secret", "set", ""}, ValueKind::secret},
                                                         {{"token", "revoke", ""}, ValueKind::token},
                                                         {{"disconnect", "x", ""}, ValueKind::session},
                                                         {{"profile", "add", "--server", ""}, ValueKind::server},
                                                         {{"server", "add", "--secret", ""}, ValueKind::secret}};
    for (const auto& [words, kind] : lines) {
        ask(words);
        EXPECT_EQ(asked().back(), kind) << words.front();
    }
    ask({"disconnect", "echo", "8c"});
    EXPECT_THAT(operands(), ElementsAre("echo")) << "sessions are an instance's";
}

TEST_F(Completer, AsksNobodyForWhatItKnowsItself) {
    texts({"st"});
    texts({"list", "-"});
    texts({"list", "-o", ""});
    texts({"server", "add", "ne"});
    EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(Completer, GoesOnInListsWithCommas) {
    EXPECT_THAT(texts({"token", "create", "--scope", "view,lo"}), ElementsAre("view,logs"));
    EXPECT_THAT(texts({"token", "create", "--scope", "view,"}), Not(Contains("view,view")));
    EXPECT_THAT(texts({"token", "create", "--profiles=small,"}), ElementsAre("--profiles=small,big"));
    EXPECT_TRUE(ask({"token", "create", "--scope", ""}).open);
    EXPECT_FALSE(ask({"start", ""}).open);
}

TEST_F(Completer, LeavesFilesUsersAndCommandsToTheShell) {
    EXPECT_EQ(ask({"server", "add", "-f", ""}).shell_words, ShellWords::files);
    EXPECT_EQ(ask({"server", "add", "--file=x"}).shell_words, ShellWords::files);
    EXPECT_EQ(ask({"profile", "add", "--user", ""}).shell_words, ShellWords::users);
    EXPECT_EQ(ask({"server", "add", "x", "--", ""}).shell_words, ShellWords::commands);
    EXPECT_EQ(ask({"server", "add", "x", "--", "cat", "-"}).shell_words, ShellWords::files);
    EXPECT_THAT(ask({"server", "add", "x", "--", "cat", "-"}).candidates, IsEmpty());
}

TEST_F(Completer, SaysNothingWhereNobodyCanGuess) {
    EXPECT_THAT(texts({"stop", "--drain-timeout", ""}), IsEmpty());
    EXPECT_THAT(texts({"call", "echo", ""}), IsEmpty());
    EXPECT_THAT(texts({}), Contains("start")) << "no word at all is an empty word";
}

TEST_F(Completer, PutsWhatItSaysOnLines) {
    EXPECT_EQ(lines_of({{{"echo", "runs\nor\tnot"}}, ShellWords::none, true}), ":none open\necho\truns\\nor\\tnot\n");
    EXPECT_EQ(lines_of({{}, ShellWords::files}), ":files\n");
}

void expect_types(const CLI::App& verb) {
    for (const CLI::Option* option : verb.get_options([](const CLI::Option*) { return true; })) {
        if (takes_value(*option)) {
            EXPECT_TRUE(type_of(*option, verb)) << path_of(verb) << ": '" << placeholder_of(*option)
                                                << "' has no row in ctl/completion/value_kinds.cpp";
        }
    }
    for (const CLI::App* inner : shown_verbs(verb)) {
        expect_types(*inner);
    }
}

TEST_F(Completer, KnowsWhatEachValueIs) {
    expect_types(app());
}

}  // namespace
}  // namespace mcpctl::ctl
