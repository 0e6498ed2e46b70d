#include "ctl/import/plan.hpp"

#include <gmock/gmock.h>

#include "ctl/import/plan_text.hpp"
#include "tests/unit/ctl/import/import_fixture.hpp"

namespace mcpctl::ctl {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Sorted = nlohmann::json;

const MadeUpMachine machine{{{"PERPLEXITY_API_KEY", "pplx-of-alice-0123"}},
                            {{"/usr/bin/npx", PathKind::file},
                             {"/usr/bin/node", PathKind::file},
                             {"/usr/local/bin/uvx", PathKind::file},
                             {"/usr/bin/mcp-server-filesystem", PathKind::file},
                             {"/home/alice/shop/docs", PathKind::directory},
                             {"/home/alice/shop", PathKind::directory},
                             {"/home/alice/docs", PathKind::directory}},
                            {}};

// M16, B11: what Claude Desktop has.
TEST(ImportPlan, OfClaudeDesktop) {
    const Plan plan = plan_of(source_of(client_fixture("claude_desktop_config.json")), machine);
    ASSERT_EQ(plan.servers.size(), 7U);
    EXPECT_THAT(plan.missing, IsEmpty());

    const Planned& everything = planned_as(plan, "everything-server");
    EXPECT_EQ(everything.from, "Everything Server");
    EXPECT_EQ(sorted(everything.server), Sorted::parse(R"({
        "name": "everything-server", "run": {"command": ["mcp-server-everything"]},
        "env": {"LOG_LEVEL": "debug", "MAX_TOKENS": "4096"},
        "secrets": [{"name": "everything-server-example-api-key", "env": "EXAMPLE_API_KEY"}]})"));
    ASSERT_EQ(everything.secrets.size(), 1U);
    EXPECT_EQ(everything.secrets[0].value, "sk-example-9f3c61d2a7");
    EXPECT_THAT(everything.notes, Contains("not taken over: autoApprove, x-odd"));

    const Planned& thinking = planned_as(plan, "sequential-thinking");
    EXPECT_EQ(thinking.server["run"]["command"][0], "npx");
    ASSERT_EQ(thinking.profiles.size(), 1U);
    EXPECT_EQ(thinking.profiles[0]["sandbox"]["network"], "full");
    EXPECT_THAT(thinking.notes, Contains(HasSubstr("because npx fetches packages")));

    EXPECT_THAT(planned_as(plan, "postgres").reason, HasSubstr("its argument 3 holds a secret"));
    EXPECT_EQ(planned_as(plan, "old").reason, "it is disabled in the file");
    EXPECT_EQ(planned_as(plan, "linear").reason,
              "it runs elsewhere, at https://mcp.linear.app/sse: clients connect to it themselves");
    EXPECT_EQ(planned_as(plan, "here").reason, "it is a service here already: files");
}

TEST(ImportPlan, ShowsNoSecret) {
    const Plan plan = plan_of(source_of(client_fixture("claude_desktop_config.json")), machine);
    for (const std::string& text : {plan_text(plan, Terminal{}), plan_json(plan).dump()}) {
        EXPECT_THAT(text, HasSubstr("EXAMPLE_API_KEY"));
        for (const char* secret : {"9f3c61d2a7", "hunter2", "abcdef"}) {
            EXPECT_THAT(text, Not(HasSubstr(secret)));
        }
    }
}

TEST(ImportPlan, OfClaudeCodeWithItsProjects) {
    const Plan plan = plan_of(source_of(client_fixture("claude.json"), "/home/alice/.claude.json"), machine);
    EXPECT_THAT(planned_as(plan, "time").notes, Contains(HasSubstr("because uvx fetches packages")));
    // The second of its name runs in the folder of its project.
    EXPECT_EQ(sorted(planned_as(plan, "time-2").server["run"]["command"]),
              Sorted::parse(R"(["/usr/bin/env", "--chdir=/home/alice/shop", "node", "./tools/time.js"])"));
    EXPECT_EQ(sorted(planned_as(plan, "time-2").profiles[0]["sandbox"]),
              Sorted::parse(R"({"readPaths": ["/home/alice/shop"]})"));
    EXPECT_EQ(sorted(planned_as(plan, "fetch").server["run"]),
              Sorted::parse(R"({"image": "mcp/fetch", "args": ["--ignore-robots-txt"]})"));
    EXPECT_EQ(sorted(planned_as(plan, "fetch").profiles[0]), Sorted::parse(R"({
        "name": "fetch", "server": "fetch", "runtime": "docker", "pull": "always", "limits": {"memory": 536870912}})"));
    EXPECT_THAT(planned_as(plan, "github").reason, HasSubstr("containers get secrets as files"));
    EXPECT_THAT(planned_as(plan, "sentry").reason, HasSubstr("it runs elsewhere"));
    EXPECT_THAT(plan.missing, IsEmpty());  // nobody is asked for what is left out
}

TEST(ImportPlan, OfAProjectWithVariablesOfTheEnvironment) {
    const Source source = source_of(client_fixture("project.mcp.json"), "/home/alice/shop/.mcp.json");
    const Plan plan = plan_of(source, machine);
    ASSERT_EQ(plan.missing.size(), 1U);
    EXPECT_EQ(plan.missing[0].variable, "SEARCH_API_KEY");
    EXPECT_TRUE(plan.missing[0].secret);
    const Planned& search = planned_as(plan, "search");
    EXPECT_EQ(search.server["run"]["command"][2], "eu-west-1");
    EXPECT_EQ(search.server["env"]["CACHE"], "/var/cache/search");
    // mcp-remote expands this by itself.
    const Planned& notion = planned_as(plan, "notion");
    EXPECT_EQ(notion.server["run"]["command"][5], "Authorization:${AUTH_HEADER}");
    ASSERT_EQ(notion.secrets.size(), 1U);
    EXPECT_EQ(notion.secrets[0].name, "notion-auth-header");

    MadeUpMachine informed = machine;
    informed.environment["SEARCH_API_KEY"] = "of-the-environment";
    const Plan complete = plan_of(source, informed);
    EXPECT_THAT(complete.missing, IsEmpty());
    EXPECT_EQ(planned_as(complete, "search").secrets[0].value, "of-the-environment");
}

TEST(ImportPlan, OfVsCodeWithInputs) {
    const Source source = source_of(client_fixture("vscode-mcp.json"));
    const Plan plan = plan_of(source, machine);
    const Planned& perplexity = planned_as(plan, "perplexity");
    EXPECT_THAT(plan.missing, IsEmpty());
    ASSERT_EQ(perplexity.secrets.size(), 1U);
    EXPECT_EQ(perplexity.secrets[0].value, "pplx-of-alice-0123");
    EXPECT_THAT(perplexity.notes, Contains("PERPLEXITY_API_KEY is taken from the environment"));
    EXPECT_EQ(sorted(perplexity.server["env"]), Sorted::parse(R"({"REGION": "eu", "ROOT": "/home/alice/shop"})"));
    EXPECT_EQ(sorted(planned_as(plan, "files").profiles[0]["sandbox"]["readPaths"]),
              Sorted::parse(R"(["/home/alice/shop/docs"])"));

    const Plan incomplete = plan_of(source, MadeUpMachine{});
    ASSERT_EQ(incomplete.missing.size(), 1U);
    EXPECT_EQ(incomplete.missing[0].what, "Perplexity API Key");
    const Plan answered = plan_of(source, MadeUpMachine{}, {{incomplete.missing[0].key, "typed"}});
    EXPECT_THAT(answered.missing, IsEmpty());
    EXPECT_EQ(planned_as(answered, "perplexity").secrets[0].value, "typed");
}

TEST(ImportPlan, OfCursorWithAnEnvironmentFile) {
    MadeUpMachine with_file = machine;
    with_file.texts["/home/alice/shop/.env"] = "# mine\nexport DOCS_TOKEN=\"abc\"\nMODE = 'fast'\nnothing\n";
    const Source source = source_of(client_fixture("cursor-mcp.json"), "/home/alice/shop/.cursor/mcp.json");
    const Plan plan = plan_of(source, with_file);
    const Planned& docs = planned_as(plan, "docs");
    EXPECT_EQ(sorted(docs.server["env"]), Sorted::parse(R"({"MODE": "fast"})"));
    ASSERT_EQ(docs.secrets.size(), 1U);
    EXPECT_EQ(docs.secrets[0].value, "abc");
    EXPECT_THAT(planned_as(plan_of(source, machine), "docs").reason, HasSubstr("cannot be read"));
}

TEST(ImportPlan, OfARegistry) {
    const Plan plan =
        plan_of(source_of(client_fixture("server.json")), machine, {{"input:weather/WEATHER_API_KEY", "k"}});
    const Planned& weather = planned_as(plan, "weather");
    EXPECT_EQ(sorted(weather.server), Sorted::parse(R"({
        "name": "weather", "description": "Weather of the next days", "version": "1.2.0",
        "run": {"command": ["npx", "-y", "@example/weather@1.2.0", "serve", "--units=metric"]},
        "env": {"WEATHER_URL": "https://api.example.org/v1"},
        "secrets": [{"name": "weather-api-key", "env": "WEATHER_API_KEY"}]})"));
    EXPECT_THAT(weather.notes, Contains("the variable WEATHER_CACHE is not set, which is not required"));
}

Existing with_server(const std::string& name, const Json& server) {
    Existing existing = nothing_here();
    existing.servers.insert(name);
    existing.profiles[name] = name;
    existing.server_definition = [server](const std::string&) { return std::optional(server); };
    existing.profile_definition = [name](const std::string&) {
        return std::optional(Json::parse(R"({"name": ")" + name + R"(", "server": ")" + name + R"("})"));
    };
    return existing;
}

TEST(ImportPlan, KeepsWhatIsThereAndTheSame) {
    const Source source = source_of(R"({"mcpServers": {"a": {"command": "x", "env": {"B": "1"}}}})");
    const Json same = Json::parse(R"({"name": "a", "description": "", "version": "", "transport": "stdio", "port": 0,
        "path": "", "run": {"command": ["x"]}, "env": {"B": "1"}, "secrets": []})");
    EXPECT_EQ(plan_of(source, machine, {}, with_server("a", same)).servers[0].step, Step::keep);
    Json other = same;
    other["env"]["C"] = "2";
    EXPECT_EQ(plan_of(source, machine, {}, with_server("a", other)).servers[0].step, Step::skip);
    EXPECT_EQ(plan_of(source, machine, {}, with_server("a", other), {{}, true}).servers[0].step, Step::replace);
}

TEST(ImportPlan, RefusesToReplaceWhatIsInUse) {
    const Source source = source_of(R"({"mcpServers": {"a": {"command": "x"}}})");
    Existing existing = with_server("a", Json::parse(R"({"name": "a", "run": {"command": ["y"]}})"));
    existing.instances["a"] = {"a", "a-2"};
    const Plan running = plan_of(source, machine, {}, existing, {{}, true});
    ASSERT_EQ(running.refusals.size(), 1U);
    EXPECT_EQ(running.refusals[0].reason, "server a is used by the instances a, a-2");
    existing.instances.clear();
    existing.profiles["b"] = "a";
    EXPECT_EQ(plan_of(source, machine, {}, existing, {{}, true}).refusals.size(), 1U);
}

TEST(ImportPlan, TakesOnlyWhatIsWanted) {
    const Source source = source_of(client_fixture("claude_desktop_config.json"));
    const Plan plan = plan_of(source, machine, {}, nothing_here(), {{"everything-server", "memory"}, false});
    EXPECT_EQ(plan.servers.size(), 2U);
    const auto misspelt = plan_import(source, machine.machine(), nothing_here(), {}, {{"memroy"}, false});
    ASSERT_FALSE(misspelt);
    EXPECT_EQ(misspelt.error().code, ErrorCode::NotFound);
    EXPECT_EQ(misspelt.error().hint, "did you mean 'memory'?");
}

TEST(ImportPlan, NamesSecretsThatNobodyHasYet) {
    const Source source = source_of(R"({"mcpServers": {"a": {"command": "x", "env": {"API_KEY": "1234"}}}})");
    Existing existing = nothing_here();
    existing.secrets = {"a-api-key"};
    EXPECT_EQ(plan_of(source, machine, {}, existing).servers[0].secrets[0].name, "a-api-key-2");
}

TEST(ImportPlan, SkipsWhatCannotBeExpressed) {
    const auto reason = [](const std::string& entry) {
        const Plan plan = plan_of(source_of(R"({"mcpServers": {"a": )" + entry + "}}"), machine);
        return plan.servers.empty() ? "" : plan.servers[0].reason;
    };
    EXPECT_THAT(reason("{}"), HasSubstr("neither a command nor an address"));
    EXPECT_THAT(reason("[]"), HasSubstr("not an object"));
    EXPECT_THAT(reason(R"({"command": "x", "args": "y"})"), HasSubstr("args are not an array"));
    EXPECT_THAT(reason(R"({"command": "x", "args": [{}]})"), HasSubstr("not text"));
    EXPECT_THAT(reason(R"({"command": "x", "env": {"A": {}}})"), HasSubstr("not text"));
    EXPECT_THAT(reason(R"({"command": "C:\\x.exe"})"), HasSubstr("neither an absolute path nor"));
    EXPECT_THAT(reason(R"({"command": "sudo", "args": ["x"]})"), HasSubstr("another user"));
    EXPECT_THAT(reason(R"({"command": "x", "args": ["${command:pick}"]})"), HasSubstr("inside of the editor"));
    EXPECT_THAT(reason(R"({"command": "docker", "args": ["mcp", "gateway"]})"), HasSubstr("only 'run'"));
    EXPECT_THAT(reason(R"({"command": "docker", "args": ["run", "--privileged", "x"]})"), HasSubstr("--privileged"));
    EXPECT_THAT(reason(R"({"command": "docker", "args": ["run", "--network=host", "x"]})"), HasSubstr("network host"));
    EXPECT_THAT(reason(R"({"command": "docker", "args": ["run", "-v", "/a:/b", "x"]})"), HasSubstr("own names"));
    EXPECT_THAT(reason(R"({"command": "docker", "args": ["run", "-e"]})"), HasSubstr("lacks its value"));
    EXPECT_THAT(reason(R"({"command": "docker", "args": ["run", "-i"]})"), HasSubstr("no image"));
}

TEST(ImportPlan, LeavesOutWhatJsonCannotHold) {
    const MadeUpMachine odd{{{"NAME", "\xff"}}, {}, {}};
    const Source source = source_of(R"({"mcpServers": {"a": {"command": "x", "env": {"A": "${NAME}"}}}})");
    EXPECT_THAT(plan_of(source, odd).servers[0].reason, HasSubstr("not valid UTF-8"));
}

TEST(ImportPlan, ReadsWhatAnExportPrints) {
    const Plan plan = plan_of(source_of(client_fixture("definitions.json")), machine);
    ASSERT_EQ(plan.servers.size(), 2U);
    EXPECT_EQ(planned_as(plan, "round").profiles.size(), 2U);
    EXPECT_TRUE(planned_as(plan, "bare").complete);
    const auto orphan = parse_jsonc(R"({"servers": [], "profiles": [{"name": "p", "server": "s"}]})", "x")
                            .and_then([](const Json& document) { return read_source(document, "/x"); });
    ASSERT_FALSE(orphan);
    EXPECT_EQ(orphan.error().field, "profiles[0].server");
}

}  // namespace
}  // namespace mcpctl::ctl
