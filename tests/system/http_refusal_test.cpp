// What the bridge must not do, whoever asks how (B09, F19, F20).
#include <format>

#include "tests/system/support/http_client.hpp"

namespace mcpctl::test {
namespace {

constexpr const char* some_id = "00000000-0000-4000-8000-000000000000";

struct Operation {
    std::string method;
    std::string path;
    std::string scope;
};

class HttpRefusal : public HttpTest {
  protected:
    // Every route that the bridge says it has, with an id that nothing has.
    [[nodiscard]] std::vector<Operation> operations() const {
        std::vector<Operation> all;
        const Json paths = ask("GET", "/openapi.json").json()["paths"];
        EXPECT_GT(paths.size(), 15U);
        for (const auto& [path, methods] : paths.items()) {
            std::string concrete = path;
            if (const std::size_t at = concrete.find("{id}"); at != std::string::npos) {
                concrete.replace(at, 4, concrete.contains("/jobs/") ? "999999" : some_id);
            }
            for (const auto& [method, operation] : methods.items()) {
                std::string upper = method;
                std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return char(std::toupper(c)); });
                const Json& security = operation["security"];
                all.push_back({upper, concrete,
                               security.empty()               ? "-"
                               : security[0]["token"].empty() ? ""
                                                              : security[0]["token"][0].get<std::string>()});
            }
        }
        return all;
    }
    static std::string name_of(const Operation& operation) { return operation.method + " " + operation.path; }
};

TEST_F(HttpRefusal, OfMalformedBodiesNamesTheField) {
    EXPECT_EQ(start("{").status, 400);
    EXPECT_EQ(start("").status, 400);
    EXPECT_EQ(start("[]").status, 400);
    EXPECT_EQ(start(R"({"profileName":1})").json()["field"], "profileName");
    EXPECT_EQ(start(R"({"profileName":""})").json()["field"], "profileName");
    EXPECT_EQ(start(R"({"profileName":null})").json()["field"], "profileName");
    EXPECT_EQ(start(R"({"profileName":"a","profileId":"a"})").status, 400);
    for (const char* key : {"colour", "command", "args", "env", "image", "run"}) {
        EXPECT_EQ(start(std::format(R"({{"profileName":"a","{}":"x"}})", key)).json()["field"], key);
    }
    EXPECT_EQ(start(R"({"profileName":"a","name":"../x"})").status, 404);
    EXPECT_EQ(start(R"({"profileName":"a"})", "text/plain").status, 400);
    EXPECT_EQ(start(R"({"profileName":"../../etc/passwd"})").status, 404);
    EXPECT_EQ(start(std::string(100'000, ' ')).status, 413);
    EXPECT_EQ(start(std::string(60'000, '[')).status, 400);
}

TEST_F(HttpRefusal, OfPathsThatLeadElsewhere) {
    for (const char* path : {"..", ".", "%2e%2e", "%2E%2E/x", "a%2fb", "a%5cb", "a%00", "a%0d%0aX:%20y", "%", "%2",
                             "%zz", "%ff", "a//b"}) {
        const Answer answer = ask("GET", std::string("/api/instances/") + path);
        EXPECT_EQ(answer.status, 400) << path << answer.body;
        EXPECT_EQ(answer.header("content-type"), "application/problem+json") << path;
    }
    EXPECT_EQ(ask("GET", "/api/../api/profiles").status, 400);
    EXPECT_EQ(ask("GET", "//api/profiles").status, 400);
    EXPECT_EQ(ask("GET", "/nothing").status, 404);
    EXPECT_EQ(ask("GET", "/api/instances/" + std::string(5'000, 'a')).status, 400);
}

TEST_F(HttpRefusal, OfIdsThatNothingHas) {
    for (const char* id : {some_id, "nothing", "00000000-0000-4000-8000-00000000000", "0000", "%E2%80%AE", "*", "'"}) {
        for (const char* rest : {"", "/health", "/health/live", "/health/ready", "/logs/stream"}) {
            const Answer answer = ask("GET", std::format("/api/instances/{}{}", id, rest));
            EXPECT_EQ(answer.status, 404) << id << rest << answer.body;
        }
        EXPECT_EQ(ask("DELETE", std::string("/api/instances/") + id).status, 404) << id;
    }
    for (const char* job : {"x", "999999", "-1", "1e3", "18446744073709551616"}) {
        EXPECT_EQ(ask("GET", std::string("/api/jobs/") + job).status, 404) << job;
    }
}

TEST_F(HttpRefusal, OfValuesNamesTheParameter) {
    for (const auto& [path, field] :
         std::vector<std::pair<std::string, std::string>>{{"/api/instances?limit=0", "limit"},
                                                          {"/api/instances?limit=1001", "limit"},
                                                          {"/api/instances?limit=1&limit=2", "limit"},
                                                          {"/api/instances?colour=red", "colour"},
                                                          {"/api/instances/a/logs?tail=-1", "tail"},
                                                          {"/api/instances/a/logs?tail=1x", "tail"},
                                                          {"/api/instances/a/logs?backward=1", "backward"},
                                                          {"/api/instances/a/logs/stream?until=now", "until"},
                                                          {"/api/instances/a/logs/stream?tail=x", "tail"}}) {
        const Answer answer = ask("GET", path);
        EXPECT_EQ(answer.status, 400) << path;
        EXPECT_EQ(answer.json()["field"], field) << path;
    }
    EXPECT_EQ(ask("DELETE", "/api/instances/a?drainTimeout=-1", {}).status, 404);
    EXPECT_EQ(ask("GET", "/api/profiles", {"--header", "Prefer: wait=x"}).json()["field"], "Prefer");
}

TEST_F(HttpRefusal, OfMethodsTellsWhichThereAre) {
    for (const Operation& operation : operations()) {
        for (const char* method : {"PUT", "PATCH", "OPTIONS", "TRACE", "BREW"}) {
            const Answer answer = ask(method, operation.path);
            EXPECT_EQ(answer.status, 405) << method << name_of(operation);
            EXPECT_THAT(answer.header("allow"), ::testing::HasSubstr(operation.method)) << name_of(operation);
        }
    }
}

TEST_F(HttpRefusal, OfHostsAndOriginsIsTheSameOnEveryRoute) {
    for (const Operation& operation : operations()) {
        for (const char* host : {"evil.example", "127.0.0.1", "127.0.0.1:6270.evil.example", "localhost:80", "[::1]"}) {
            EXPECT_EQ(ask(operation.method, operation.path, {"--header", std::string("Host: ") + host}).status, 421)
                << host << name_of(operation);
        }
        EXPECT_EQ(ask(operation.method, operation.path, {"--header", "Host;"}).status, 421) << name_of(operation);
        for (const char* origin : {"null", "http://127.0.0.1:6270", "https://evil.example", "file://"}) {
            EXPECT_EQ(ask(operation.method, operation.path, {"--header", std::string("Origin: ") + origin}).status, 403)
                << origin << name_of(operation);
        }
    }
}

TEST_F(HttpRefusal, OfWhoShowsNoTokenThatCounts) {
    EXPECT_EQ(curl({std::string(bridge_address) + "/livez"}).status, 200);
    for (const Operation& operation : operations()) {
        if (operation.scope == "-") {
            continue;
        }
        const std::string url = bridge_address + operation.path;
        const Answer none = curl({"--request", operation.method, url});
        EXPECT_EQ(none.status, 401) << name_of(operation);
        EXPECT_EQ(none.header("www-authenticate"), "Bearer") << name_of(operation);
        EXPECT_EQ(ask_with("wrong", operation.method, operation.path).status, 401) << name_of(operation);
    }
    EXPECT_EQ(curl({"--user", "a:b", std::string(bridge_address) + "/readyz"}).status, 401);
    EXPECT_EQ(ask("GET", "/readyz", {"--header", "Authorization: Bearer second"}).status, 401);
    EXPECT_EQ(curl({std::string(bridge_address) + "/readyz?token=" + token_}).status, 401);
    EXPECT_EQ(ask("GET", "/readyz").status, 200);
    EXPECT_EQ(mcpctl({"token", "revoke", "all", "--yes"}).status, 0);
    EXPECT_EQ(ask("GET", "/readyz").status, 401);
}

// Also of what the bridge has in memory.
TEST_F(HttpRefusal, OfATokenAsSoonAsItIsRevoked) {
    for (int i = 0; i < 20; ++i) {
        const std::string name = std::format("short-{}", i);
        const std::string brief = token(name, {"--scope", "view"});
        ASSERT_EQ(ask_with(brief, "GET", "/api/instances").status, 200);
        ASSERT_EQ(mcpctl({"token", "revoke", name, "--yes"}).status, 0);
        EXPECT_THAT(ask_with(brief, "GET", "/api/instances").status, ::testing::AnyOf(401, 403));
    }
}

TEST_F(HttpRefusal, OfANameToWhoMayNotLookItUp) {
    define_test_server("web");
    const Json web = start(R"({"profileName":"web"})").json();
    const std::string logs = token("logs", {"--scope", "logs"});
    EXPECT_EQ(ask_with(logs, "GET", "/api/instances/web/logs").status, 403);
    EXPECT_EQ(ask_with(logs, "GET", "/api/instances/nothing/logs").status, 403);
    EXPECT_EQ(ask_with(logs, "GET", "/api/instances/web/logs/stream").status, 403);
    EXPECT_EQ(ask_with(logs, "GET", "/api/instances/" + web["id"].get<std::string>() + "/logs").status, 200);
    EXPECT_EQ(ask("DELETE", "/api/instances/web").status, 200);
}

TEST_F(HttpRefusal, OfWhatTheScopeIsNotFor) {
    const std::map<std::string, std::string> tokens{{"view", token("view", {"--scope", "view"})},
                                                    {"logs", token("logs", {"--scope", "logs"})},
                                                    {"control", token("control", {"--scope", "control"})},
                                                    {"connect", token("connect", {"--scope", "connect"})}};
    for (const Operation& operation : operations()) {
        for (const auto& [scope, token] : tokens) {
            if (operation.scope != "-" && !operation.scope.empty() && operation.scope != scope) {
                const Answer answer = ask_with(token, operation.method, operation.path);
                EXPECT_EQ(answer.status, 403) << scope << name_of(operation);
                EXPECT_EQ(answer.json()["code"], "AccessDenied") << scope << name_of(operation);
            }
        }
    }
}

TEST_F(HttpRefusal, OfFramingThatCouldBeReadInTwoWays) {
    EXPECT_EQ(ask("GET", "/api/profiles", {"--header", "X-Long: " + std::string(20'000, 'x')}).status, 431);
    EXPECT_EQ(ask("POST", "/api/instances", {"--header", "Transfer-Encoding: chunked", "--data", "{}"}).status, 411);
    EXPECT_EQ(ask("POST", "/api/instances", {"--header", "Content-Encoding: gzip", "--data", "{}"}).status, 415);
    const auto raw = [](const std::string& request) {
        return run({"socat", "-t", "5", "-", "TCP:127.0.0.1:6270"}, request).out;
    };
    const std::string start = "POST /api/instances HTTP/1.1\r\nHost: 127.0.0.1:6270\r\n";
    for (const std::string rest : {"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "Content-Length: -1\r\n\r\n",
                                   "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                                   "Host: evil.example\r\n\r\n", "Bad Name: x\r\n\r\n"}) {
        const std::string answer = raw(start + rest);
        EXPECT_THAT(answer, ::testing::MatchesRegex("HTTP/1.1 4[0-9]+ (.|\r|\n)*")) << rest;
        EXPECT_THAT(answer, ::testing::HasSubstr("Connection: close")) << rest;
        EXPECT_EQ(answer.find("HTTP/1.1 ", 8), std::string::npos) << rest;  // one answer, and nothing behind it
    }
}

TEST_F(HttpRefusal, OfAFloodOfWrongTokensLeavesOthersTheirTurn) {
    output_of(
        {"sh", "-c",
         std::format("for i in 1 2 3 4 5 6 7 8; do (j=0; while [ ! -e /run/flood-over ]; do j=$((j+1)); curl "
                     "--silent --output /dev/null --header \"Authorization: Bearer wrong$i-$j\" {}/readyz; done) & "
                     "done >/dev/null 2>&1",
                     bridge_address)});
    for (int i = 0; i < 10; ++i) {
        const std::string fresh = token(std::format("fresh-{}", i), {"--scope", "view"});
        EXPECT_EQ(ask_with(fresh, "GET", "/api/profiles", {"--interface", "127.0.0.2"}).status, 200) << i;
        EXPECT_EQ(ask("GET", "/api/profiles", {"--interface", "127.0.0.3"}).status, 200) << i;
    }
    output_of({"touch", "/run/flood-over"});
    EXPECT_TRUE(eventually([] { return run({"pgrep", "-x", "curl"}).status != 0; }));
    output_of({"rm", "/run/flood-over"});
}

}  // namespace
}  // namespace mcpctl::test
