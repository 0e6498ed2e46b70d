// M09, D05: streams through a reverse proxy with TLS, and through a proxy of the client's.
#include <filesystem>
#include <format>
#include <fstream>
#include <functional>
#include <optional>

#include "tests/system/support/http_client.hpp"
#include "tests/system/support/log_lines.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr int line_count = 3'000;
constexpr const char* configuration_file = "/etc/mcpctl/http-bridge.toml";

// A page that follows a log both ways and tells on its console what came, in pieces: long messages are cut.
constexpr const char* page = R"html(<!doctype html>
<title>logs</title>
<script type="module">
const [token, instance] = location.hash.slice(1).split(",");
const path = `/api/instances/${instance}/logs/stream?since=@0`;

function bySocket() {
    return new Promise((done) => {
        const messages = [];
        const socket = new WebSocket(`wss://localhost:8443${path}`, ["mcpctl.v1", `mcpctl.token.${token}`]);
        socket.onmessage = (event) => messages.push(event.data);
        socket.onclose = (event) => done({lines: messages.join("\n"), end: event.code, protocol: socket.protocol});
    });
}

async function byEvents() {
    const answer = await fetch(path, {headers: {Authorization: `Bearer ${token}`, Accept: "text/event-stream"}});
    return {status: answer.status, text: await answer.text()};
}

const [socket, events] = await Promise.all([bySocket(), byEvents().catch((error) => ({failed: String(error)}))]);
const text = JSON.stringify({socket, events});
for (let begin = 0; begin < text.length; begin += 4096) {
    console.log(`PIECE<${text.slice(begin, begin + 4096)}>PIECE`);
}
console.log("COMPLETE");
</script>
)html";

// Chromium without a window; what pages tell on their console goes to a file.
class Browser {
  public:
    Browser(const fs::path& directory, const std::string& url)
        : console_(directory / "console"),
          browser_({"sh", "-c", "exec \"$@\" 2>" + console_.string(), "sh", "chromium-headless-shell", "--no-sandbox",
                    "--disable-gpu", "--disable-background-networking", "--ignore-certificate-errors",
                    "--enable-logging=stderr", "--user-data-dir=" + (directory / "browser").string(),
                    "--remote-debugging-port=0", url}) {}

    // What the page has found out.
    [[nodiscard]] Json result() const {
        EXPECT_TRUE(eventually([this] { return console().contains("\"COMPLETE\""); }, 60s)) << console();
        static constexpr std::string_view begin = "\"PIECE<";
        static constexpr std::string_view end = ">PIECE\", source:";
        const std::string text = console();
        std::string json;
        for (std::size_t at = 0; (at = text.find(begin, at)) != std::string::npos;) {
            at += begin.size();
            json += text.substr(at, text.find(end, at) - at);
        }
        return Json::parse(json, nullptr, false);
    }

  private:
    [[nodiscard]] std::string console() const {
        std::ifstream file(console_);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    fs::path console_;
    Process browser_;
};

class HttpProxy : public HttpTest {
  protected:
    void SetUp() override {
        HttpTest::SetUp();
        fs::create_directories(directory);
        output_of({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                   "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", path("key.pem"),
                   "-out", path("cert.pem")});
    }
    void TearDown() override {
        proxy_.reset();
        HttpTest::TearDown();
        fs::remove(configuration_file);
        fs::remove_all(directory);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (directory / name).string(); }
    // What the documentation has for nginx.
    void start_nginx() {
        std::ofstream(path("nginx.conf")) << std::format(
            "daemon off; master_process off; pid {0}/pid; error_log stderr; events {{}}\n"
            "http {{\n  access_log off;\n  client_body_temp_path {0}/body; proxy_temp_path {0}/proxy;\n"
            "  fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;\n"
            "  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}\n"
            "  server {{\n    listen 127.0.0.1:8443 ssl; ssl_certificate {0}/cert.pem; ssl_certificate_key "
            "{0}/key.pem;\n"
            "    location /page/ {{ root {0}; types {{ text/html html; }} }}\n"
            "    location / {{\n      proxy_pass http://127.0.0.1:6270; proxy_http_version 1.1;\n"
            "      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;\n"
            "    }}\n  }}\n}}\n",
            directory.string());
        proxy_.emplace(std::vector<std::string>{"nginx", "-c", path("nginx.conf")});
        ASSERT_TRUE(eventually([this] { return by_nginx("/livez").status == 200; }));
    }
    void start_tinyproxy() {
        std::ofstream(path("tinyproxy.conf"))
            << "Port 8888\nListen 127.0.0.1\nTimeout 60\nConnectPort 6270\nConnectPort 8443\n";
        proxy_.emplace(std::vector<std::string>{"tinyproxy", "-d", "-c", path("tinyproxy.conf")});
        ASSERT_TRUE(eventually([] {
            return curl({"--proxytunnel", "--proxy", "http://127.0.0.1:8888", std::string(bridge_address) + "/livez"})
                .body.contains("200");
        }));
    }
    static void let_pages_call(const std::string& origin) {
        fs::create_directories(fs::path(configuration_file).parent_path());
        std::ofstream(configuration_file) << std::format("origins = [\"{}\"]\n", origin);
    }
    [[nodiscard]] Browser open_page(const std::string& instance) const {
        fs::create_directories(directory / "page");
        std::ofstream(path("page/index.html")) << page;
        return {directory, std::format("https://localhost:8443/page/index.html#{},{}", token_, instance)};
    }
    [[nodiscard]] Answer by_nginx(const std::string& route) const {
        return curl({"--cacert", path("cert.pem"), "--header", "Authorization: Bearer " + token_,
                     "https://localhost:8443" + route});
    }
    [[nodiscard]] Process stream_by(const std::vector<std::string>& way) const {
        std::vector<std::string> command{"curl", "--silent", "--no-buffer", "--header",
                                         "Authorization: Bearer " + token_};
        command.insert(command.end(), way.begin(), way.end());
        return Process(command);
    }
    void start_writer() const {
        define_test_server("writer", {"--log-count", std::to_string(line_count), "--log-stream", "stdout"});
        ASSERT_EQ(start(R"({"profileName":"writer"})").status, 201);
    }
    static void expect_all_lines(Process& stream) {
        const auto told = events_in(stream.wait().out);
        ASSERT_FALSE(told.empty());
        EXPECT_EQ(told.back().name, "end");
        expect_complete(data_of(told), line_count);
    }
    // What a client has, who is slow, loses his proxy in the middle, and comes back when there is one again.
    void expect_to_resume(std::vector<std::string> way, const std::function<void()>& start_proxy) {
        start_proxy();
        start_writer();
        wait_until_written("writer", line_count);
        way.insert(way.end(), {"--limit-rate", "100k", "--output", path("first")});
        Process first = stream_by(way);
        const auto taken = [this] {
            std::ifstream file(path("first"));
            return std::string(std::istreambuf_iterator<char>(file), {});
        };
        ASSERT_TRUE(eventually([&] { return taken().contains("id: "); }));
        proxy_.reset();
        first.wait();
        std::string had = taken();
        had.resize(had.rfind("\n\n") + 2);  // the last event may have come in part
        std::vector<Event> told = events_in(had);
        ASSERT_FALSE(told.empty());
        ASSERT_NE(told.back().name, "end");
        start_proxy();
        way.resize(way.size() - 4);
        way.insert(way.end(), {"--header", "Last-Event-ID: " + told.back().id});
        Process second = stream_by(way);
        wait_for_streams(1);
        stop("writer");
        const auto rest = events_in(second.wait().out);
        ASSERT_FALSE(rest.empty());
        EXPECT_EQ(rest.back().name, "end");
        told.insert(told.end(), rest.begin(), rest.end());
        expect_complete(data_of(told), line_count);
    }
    const fs::path directory = "/run/mcpctl-proxy-test";

  private:
    std::optional<Process> proxy_;
};

TEST_F(HttpProxy, NginxPassesStreamsOnAsTheyCome) {
    start_nginx();
    start_writer();
    Process events =
        stream_by({"--cacert", path("cert.pem"), "https://localhost:8443/api/instances/writer/logs/stream?since=@0"});
    Process socket({"env", "NODE_EXTRA_CA_CERTS=" + path("cert.pem"), "node", "--experimental-websocket", "-e",
                    "const s = new WebSocket(process.argv[1], process.argv.slice(2)); s.onmessage = (e) => "
                    "console.log(e.data); s.onerror = (e) => console.error(e.error ?? e.message); s.onclose = (e) => "
                    "console.log(JSON.stringify({close: e.code}));",
                    "wss://localhost:8443/api/instances/writer/logs/stream?since=@0", "mcpctl.v1",
                    "mcpctl.token." + token_});
    wait_for_streams(2);
    wait_until_written("writer", line_count);
    stop("writer");
    expect_all_lines(events);
    const Output received = socket.wait();
    std::vector<Json> messages = objects_in(received.out);
    ASSERT_FALSE(messages.empty());
    EXPECT_EQ(messages.back()["close"], 1000) << received.err;
    messages.pop_back();
    expect_complete(messages, line_count);
}

TEST_F(HttpProxy, WhoLosesNginxGoesOnWhereHeWas) {
    expect_to_resume({"--cacert", path("cert.pem"), "https://localhost:8443/api/instances/writer/logs/stream?since=@0"},
                     [this] { start_nginx(); });
}

TEST_F(HttpProxy, WhoLosesHisOwnProxyGoesOnWhereHeWas) {
    expect_to_resume({"--proxytunnel", "--proxy", "http://127.0.0.1:8888",
                      std::string(bridge_address) + "/api/instances/writer/logs/stream?since=@0"},
                     [this] { start_tinyproxy(); });
}

TEST_F(HttpProxy, ABrowserFollowsBySocketAndByFetch) {
    let_pages_call("https://localhost:8443");
    start_nginx();
    start_writer();
    Browser browser = open_page("writer");
    wait_for_streams(2);
    wait_until_written("writer", line_count);
    stop("writer");
    const Json told = browser.result();
    EXPECT_EQ(told["socket"]["end"], 1000);
    EXPECT_EQ(told["socket"]["protocol"], "mcpctl.v1");
    expect_complete(objects_in(told["socket"]["lines"]), line_count);
    EXPECT_EQ(told["events"]["status"], 200);
    expect_complete(data_of(events_in(told["events"]["text"])), line_count);
}

TEST_F(HttpProxy, ABrowserWithAPageThatIsNotListedGetsNothing) {
    let_pages_call("https://panel.example");
    start_nginx();
    start_writer();
    const Browser browser = open_page("writer");
    wait_for_streams(1);
    stop("writer");
    const Json told = browser.result();
    EXPECT_EQ(told["socket"]["end"], 1006);
    EXPECT_EQ(told["socket"]["lines"], "");
    // Without a header Origin, which a browser leaves out where it reads from the page's own site.
    EXPECT_EQ(told["events"]["status"], 200);
}

TEST_F(HttpProxy, AProxyOfTheClientsPassesStreamsOn) {
    start_tinyproxy();
    start_writer();
    Process events = stream_by({"--proxytunnel", "--proxy", "http://127.0.0.1:8888",
                                std::string(bridge_address) + "/api/instances/writer/logs/stream?since=@0"});
    wait_for_streams(1);
    wait_until_written("writer", line_count);
    stop("writer");
    expect_all_lines(events);
}

}  // namespace
}  // namespace mcpctl::test
