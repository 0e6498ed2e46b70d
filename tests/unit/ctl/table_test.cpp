#include "ctl/output/table.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace mcpctl::ctl {
namespace {

Table two_rows() {
    return {{"NAME", "ENDPOINT"}, {{{"a"}, {"http://127.0.0.1:26270/mcp"}}, {{"everything"}, {"-"}}}};
}

Terminal of_width(std::size_t width) {
    return {true, false, true, width};
}

TEST(TableLayout, AlignsColumns) {
    EXPECT_EQ(layout(two_rows(), Terminal{}),
              "NAME        ENDPOINT\n"
              "a           http://127.0.0.1:26270/mcp\n"
              "everything  -\n");
}

TEST(TableLayout, CutsTheWidestColumnFirst) {
    EXPECT_EQ(layout(two_rows(), of_width(26)),
              "NAME        ENDPOINT\n"
              "a           http://127.0.…\n"
              "everything  -\n");
}

TEST(TableLayout, LeavesDispensableColumnsOutBeforeItCuts) {
    Table table = two_rows();
    table.header.emplace_back("RESTARTS");
    table.rows[0].push_back({"0"});
    table.rows[1].push_back({"7"});
    table.dispensable = {"RESTARTS"};
    EXPECT_EQ(layout(table, of_width(38)), layout(two_rows(), Terminal{}));
    EXPECT_NE(layout(table, Terminal{}).find("RESTARTS"), std::string::npos);
}

TEST(TableLayout, CutsTheFirstColumnLast) {
    const Table table{{"NAME", "B"}, {{{"a-long-name"}, {"short"}}}};
    EXPECT_EQ(layout(table, of_width(17)), "NAME         B\na-long-name  sho…\n");
}

TEST(TableLayout, NeverExceedsTheTerminal) {
    for (std::size_t width = 1; width < 45; ++width) {
        const Terminal terminal{true, false, false, width};
        std::istringstream lines(layout(two_rows(), terminal));
        for (std::string line; std::getline(lines, line);) {
            EXPECT_LE(line.size(), width) << line;
        }
    }
}

TEST(TableLayout, KeepsARowOnOneLine) {
    EXPECT_EQ(layout(Table{{"NAME"}, {{{"a\nb\x1b[2J"}}}}, Terminal{}), "NAME\na\\nb\\x1b[2J\n");
}

TEST(TableLayout, ColoursWithoutChangingTheWidths) {
    const Terminal terminal{true, true, true, 80};
    EXPECT_EQ(layout(Table{{"A", "B"}, {{{"x", Colour::green}, {"y"}}}}, terminal),
              "\033[1mA\033[0m  \033[1mB\033[0m\n\033[32mx\033[0m  y\n");
}

TEST(FieldLayout, AlignsLabelsAndLeavesOutWhatIsEmpty) {
    EXPECT_EQ(layout(std::vector<Field>{{"State", "running"}, {"Reason", ""}, {"ID", "x"}}, Terminal{}),
              "   State: running\n"
              "      ID: x\n");
}

}  // namespace
}  // namespace mcpctl::ctl
