#include "man/page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "man/contract_page.hpp"
#include "man/markup.hpp"

namespace mcpctl::man {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Edition edition{"1.2.3", "2026-11-22"};

TEST(ManualPage, EscapesWhatRoffWouldTakeForItsOwn) {
    EXPECT_EQ(escaped("--drain-timeout"), "\\-\\-drain\\-timeout");
    EXPECT_EQ(escaped("a\\b"), "a\\(rsb");
    EXPECT_EQ(escaped(".SH no heading"), "\\&.SH no heading");
    EXPECT_EQ(escaped("'quoted'"), "\\(aqquoted\\(aq");
    EXPECT_EQ(escaped("\"x\" `y` ~ ^"), "\\(dqx\\(dq \\(gay\\(ga \\(ti \\(ha");
    EXPECT_EQ(escaped("ARGUMENT…"), "ARGUMENT\\[u2026]");
    EXPECT_EQ(escaped("µ🙂"), "\\[u00B5]\\[u1F642]");
}

TEST(ManualPage, MakesWordsBoldBetweenBackquotes) {
    EXPECT_EQ(marked("say `--yes` twice"), "say \\fB\\-\\-yes\\fR twice");
    EXPECT_EQ(marked("`a`"), "\\fBa\\fR");
}

TEST(ManualPage, BreaksNoParagraphRightBelowAHeading) {
    Page page("x", 1, edition);
    page.section("ONE").paragraph("first").paragraph("second");
    EXPECT_THAT(page.roff(), HasSubstr(".SH \"ONE\"\nfirst\n.PP\nsecond\n"));
    EXPECT_THAT(page.roff(), HasSubstr(".TH \"X\" \"1\" \"2026-11-22\" \"mcpctl 1.2.3\" \"mcpctl\"\n"));
}

TEST(ManualPage, KeepsLinesThatAreGivenSo) {
    Page page("x", 1, edition);
    page.section("E").literal("a\n\n.b");
    EXPECT_THAT(page.roff(), HasSubstr(".nf\na\n\n\\&.b\n.fi\n"));
}

TEST(Markup, HasSectionsTermsAndLiteralLines) {
    Page page("x", 1, edition);
    add_markup(page, "# NAME\n\nx - y\nand on\n\n## Keys\n\n`key`\n:   what it\n:   means\n\n    $ run\n      it\n");
    EXPECT_THAT(page.roff(), HasSubstr(".SH \"NAME\"\nx \\- y and on\n.SS \"Keys\"\n"));
    EXPECT_THAT(page.roff(), HasSubstr(".TP\n\\fBkey\\fR\nwhat it means\n"));
    EXPECT_THAT(page.roff(), HasSubstr(".nf\n$ run\n  it\n.fi\n"));
}

TEST(ContractPage, SaysWhatTheCommentsOfTheContractSay) {
    const Interface interface = interface_in(R"XML(<?xml version="1.0"?>
        <node>
          <!-- x.Y: what it is. -->
          <interface name="x.Y">
            <!--
              Start: begins it.
              options:
                name (s)  its name, which is
                          unique
              Errors: NotFound.
            -->
            <method name="Start"><annotation name="a" value="b"/>
              <arg name="profile" type="s" direction="in"/><arg name="job" type="o" direction="out"/></method>
            <!-- At, Until: times. -->
            <property name="At" type="t" access="read"/>
            <property name="Until" type="t" access="read"/>
          </interface>
        </node>)XML");
    ASSERT_EQ(interface.groups.size(), 2U);
    EXPECT_EQ(interface.groups[1].members.size(), 2U);
    const std::string roff = contract_page(std::span(&interface, 1), "About it.", edition);
    EXPECT_THAT(roff, HasSubstr("What it is."));
    EXPECT_THAT(roff, HasSubstr("\\fBStart\\fR (s \\fIprofile\\fR) \\(-> (o \\fIjob\\fR)\nBegins it.\n"));
    EXPECT_THAT(roff, HasSubstr("\\fIname (s)\\fR\nits name, which is unique\n"));
    EXPECT_THAT(roff, HasSubstr("\\fIErrors\\fR\nNotFound.\n"));
    EXPECT_THAT(roff, HasSubstr("\\fBUntil\\fR (t)\nTimes.\n"));
    EXPECT_THAT(roff, Not(HasSubstr("annotation")));
}

}  // namespace
}  // namespace mcpctl::man
