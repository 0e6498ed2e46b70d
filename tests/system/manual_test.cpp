// M16: the manual is installed and man(1) shows it.
#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

Output manual(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"env", "MANPAGER=cat", "MANWIDTH=100", "LC_ALL=C.UTF-8", "man", "--warnings"});
    return run(arguments);
}

TEST(Manual, ShowsEveryPage) {
    for (const std::vector<std::string>& page : {std::vector<std::string>{"mcpctl"},
                                                 {"mcpctl-start"},
                                                 {"mcpctl-server"},
                                                 {"8", "mcpctl-agent"},
                                                 {"8", "mcpctl-http-bridge"},
                                                 {"5", "mcpctl.toml"},
                                                 {"5", "org.mcpctl.Agent1"}}) {
        const Output shown = manual(page);
        EXPECT_EQ(shown.status, 0) << page.back() << ": " << shown.err;
        EXPECT_THAT(shown.err, IsEmpty()) << page.back();
        EXPECT_THAT(shown.out, HasSubstr("NAME")) << page.back();
        EXPECT_THAT(shown.out, HasSubstr("SEE ALSO")) << page.back();
    }
}

TEST(Manual, HasAPageForEachVerb) {
    const std::string help = output_of({"mcpctl", "--help"});
    const std::string main_page = manual({"mcpctl"}).out;
    for (const std::string verb :
         {"server", "profile", "start",   "stop",   "restart", "status",   "list",       "health",
          "logs",   "audit",   "tools",   "call",   "connect", "sessions", "disconnect", "secret",
          "token",  "jobs",    "version", "import", "export",  "events",   "doctor"}) {
        EXPECT_THAT(help, HasSubstr(verb));
        EXPECT_THAT(main_page, HasSubstr("mcpctl-" + verb));
        EXPECT_EQ(run({"man", "--where", "1", "mcpctl-" + verb}).status, 0) << verb;
    }
}

}  // namespace
}  // namespace mcpctl::test
