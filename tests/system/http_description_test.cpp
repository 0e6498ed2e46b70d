// /openapi.json against the running bridge: every route, and every status that it lists.
#include <format>
#include <map>

#include "tests/system/support/http_client.hpp"

namespace mcpctl::test {
namespace {

class HttpDescription : public HttpTest {
  protected:
    void SetUp() override {
        HttpTest::SetUp();
        define_test_server("web");
        define_test_server("gone", {}, {{"restart", {{"policy", "no"}}}});
        define_test_server("stubborn", {"--ignore-sigterm"});
        define("broken", {"/bin/false"});
        ASSERT_EQ(start(R"({"profileName":"web"})").status, 201);
        ASSERT_EQ(start(R"({"profileName":"gone"})").status, 201);
        output_of({"systemctl", "kill", "--signal=KILL", unit_of("gone")});
        ASSERT_TRUE(eventually([] { return state_of("gone") == "failed"; }));
        job_ = std::to_string(mcpctl_json({"jobs"})[0]["id"].get<int>());
    }
    void TearDown() override {
        for (const Json& instance : mcpctl_json({"list"})) {
            mcpctl({"stop", instance["name"], "--yes", "--drain-timeout", "0"});
        }
        HttpTest::TearDown();
    }

    static std::string with(std::string path, const std::string& id) {
        if (const std::size_t at = path.find("{id}"); at != std::string::npos) {
            path.replace(at, 4, id);
        }
        return path;
    }
    // An id that fits where something is to be found.
    [[nodiscard]] std::string known(const std::string& path) const {
        return with(path, path.contains("/servers/") ? "web-server" : path.contains("/jobs/") ? job_ : "web");
    }
    [[nodiscard]] Answer asked(const std::string& method, const std::string& path,
                               std::vector<std::string> more = {}) const {
        more.insert(more.end(), {"--max-time", "2"});
        return ask(method, path, more);
    }

    [[nodiscard]] int refusal(const std::string& method, const std::string& path, int status) const {
        switch (status) {
            case 400:
                return asked(method, known(path) + "?colour=red").status;
            case 401:
                return ask_with("wrong", method, known(path)).status;
            case 403:
                return asked(method, known(path), {"--header", "Origin: https://evil.example"}).status;
            case 404:
                return path == "/api/instances" ? start(R"({"profileName":"nothing"})").status
                                                : asked(method, with(path, "999999")).status;
            case 411:
                return asked(method, path, {"--header", "Transfer-Encoding: chunked", "--data", "{}"}).status;
            case 413:
                return start(std::string(100'000, ' ')).status;
            case 415:
                return asked(method, path, {"--header", "Content-Encoding: gzip", "--data", "{}"}).status;
            case 421:
                return asked(method, known(path), {"--header", "Host: evil.example"}).status;
            case 431:
                return asked(method, known(path), {"--header", "X-Long: " + std::string(20'000, 'x')}).status;
            default:
                return 0;
        }
    }
    // Of jobs: each makes the instance that it takes.
    [[nodiscard]] int of_job(const std::string& method, const std::string& path, int status) const {
        const std::vector<std::string> later{"--header", "Prefer: respond-async"};
        if (path == "/api/instances") {
            switch (status) {
                case 201:
                    return start(R"({"profileName":"web","name":"one"})").status;
                case 202:
                    return start(R"({"profileName":"web","name":"two"})", "application/json", later).status;
                case 409:
                    return start(R"({"profileName":"web","name":"web"})").status;
                default:
                    return start(R"({"profileName":"broken"})").status;
            }
        }
        if (path.contains("/jobs/")) {
            EXPECT_EQ(start(R"({"profileName":"stubborn"})").status, 201);
            const Answer stopping = ask("DELETE", "/api/instances/stubborn?drainTimeout=2", later);
            const int result = asked(method, std::format("/api/jobs/{}", stopping.json()["id"].get<int>())).status;
            EXPECT_TRUE(eventually([this] { return ask("GET", "/api/instances/stubborn").status == 404; }));
            return result;
        }
        EXPECT_EQ(start(R"({"profileName":"web","name":"three"})").status, 201);
        const int result = ask(method, with(path, "three"), status == 202 ? later : std::vector<std::string>{}).status;
        EXPECT_TRUE(eventually([] { return run({"mcpctl", "stop", "three", "--yes"}).status != 3; }));
        return result;
    }
    [[nodiscard]] int produced(const std::string& method, const std::string& path, int status) const {
        if (const int refused = refusal(method, path, status); refused != 0) {
            return refused;
        }
        if (status == 101) {
            return asked(method, known(path),
                         {"--http1.1", "--header", "Connection: Upgrade", "--header", "Upgrade: websocket", "--header",
                          "Sec-WebSocket-Version: 13", "--header", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="})
                .status;
        }
        if (status == 503) {
            return asked(method, with(path, "gone")).status;
        }
        if (method == "GET" || (status == 200 && path.contains("/jobs/"))) {
            return asked(method, known(path)).status;
        }
        return of_job(method, path, status);
    }

    std::string job_;
};

TEST_F(HttpDescription, IsTrueOfEveryRouteAndStatus) {
    const Answer answer = ask("GET", "/openapi.json");
    ASSERT_EQ(answer.status, 200);
    const Json description = answer.json();
    EXPECT_EQ(description["openapi"], "3.1.0");
    int tried = 0;
    for (const auto& [path, methods] : description["paths"].items()) {
        for (const auto& [method, operation] : methods.items()) {
            std::string upper = method;
            std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return char(std::toupper(c)); });
            for (const auto& [status, response] : operation["responses"].items()) {
                EXPECT_EQ(produced(upper, path, std::stoi(status)), std::stoi(status)) << upper << ' ' << path;
                ++tried;
            }
        }
    }
    EXPECT_GT(tried, 100);
}

TEST_F(HttpDescription, RefersToWhatItHas) {
    const Json description = ask("GET", "/openapi.json").json();
    const std::string text = description.dump();
    constexpr std::string_view begin = "\"#/components/schemas/";
    for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1)) {
        const std::size_t name = at + begin.size();
        EXPECT_TRUE(description["components"]["schemas"].contains(text.substr(name, text.find('"', name) - name)));
    }
}

TEST_F(HttpDescription, NamesTheMembersThatAnswersHave) {
    const Json schemas = ask("GET", "/openapi.json").json()["components"]["schemas"];
    for (const auto& [schema, answer] :
         std::map<std::string, Json>{{"Instance", ask("GET", "/api/instances/web").json()},
                                     {"InstancePage", ask("GET", "/api/instances").json()},
                                     {"Job", ask("GET", "/api/jobs/" + job_).json()},
                                     {"Health", ask("GET", "/api/instances/web/health").json()},
                                     {"ProbeAnswer", ask("GET", "/api/instances/web/health/live").json()},
                                     {"LogPage", ask("GET", "/api/instances/web/logs").json()},
                                     {"Problem", ask("GET", "/api/instances/nothing").json()}}) {
        for (const Json& member : schemas[schema]["required"]) {
            EXPECT_TRUE(answer.contains(member)) << schema << member << answer;
        }
        for (const auto& [key, value] : schemas[schema]["properties"].items()) {
            EXPECT_TRUE(schema == "Problem" || schema == "ProbeAnswer" || answer.contains(key)) << schema << key;
        }
    }
}

}  // namespace
}  // namespace mcpctl::test
