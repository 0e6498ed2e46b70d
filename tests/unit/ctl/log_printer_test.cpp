#include "ctl/output/log_printer.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>  // setenv
#include <time.h>    // tzset

namespace mcpctl::ctl {
namespace {

constexpr std::string_view line =
    R"({"timestamp":"2026-11-23T02:04:49.123456Z","level":"error","message":"a \"b\"","stream":"output","cursor":"c1"})";
constexpr std::string_view gap =
    R"({"timestamp":"2026-11-23T02:04:49.123456Z","level":"warning","message":"3 lines were passed over","stream":"gap",)"
    R"("cursor":"c2"})";

std::string print_with(LogFormat format, std::string_view text, Terminal terminal = {}) {
    return LogPrinter(terminal, format).print(text);
}

TEST(LogPrinter, PrintsLocalTimeLevelAndMessage) {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    EXPECT_EQ(print_with(LogFormat::text, line), "Nov 23 02:04:49.123 error: a \"b\"\n");
    EXPECT_EQ(print_with(LogFormat::text, gap), "Nov 23 02:04:49.123 -- 3 lines were passed over --\n");
}

TEST(LogPrinter, ColoursByLevel) {
    Terminal terminal;
    terminal.colour = true;
    EXPECT_NE(print_with(LogFormat::text, line, terminal).find("\033[1;31merror: a"), std::string::npos);
}

TEST(LogPrinter, PrintsWhatItDoesNotUnderstandAsItIsAndVisible) {
    EXPECT_EQ(print_with(LogFormat::text, "no \x1b[31mJSON"), "no \\x1b[31mJSON\n");
    EXPECT_EQ(print_with(LogFormat::text, "{}"), " \n");
}

TEST(LogPrinter, PrintsOneArrayOrAnObjectALine) {
    LogPrinter printer({}, LogFormat::json);
    std::string text = printer.begin();
    text += printer.print("{1}");
    text += printer.print("{2}");
    text += printer.end();
    EXPECT_EQ(text, "[\n  {1},\n  {2}\n]\n");
    EXPECT_EQ(LogPrinter({}, LogFormat::json).begin() + LogPrinter({}, LogFormat::json).end(), "[]\n");
    EXPECT_EQ(print_with(LogFormat::ndjson, line), std::string(line) + "\n");
}

TEST(CursorInALine, IsTheLastMemberAndNothingThatAMessageSays) {
    EXPECT_EQ(cursor_in(line), "c1");
    EXPECT_EQ(cursor_in(R"({"cursor":"right","message":"x"})"), "right");
    EXPECT_EQ(cursor_in(R"({"message":"\"cursor\":\"forged\""})"), "");
}

}  // namespace
}  // namespace mcpctl::ctl
