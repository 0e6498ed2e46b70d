// M09, D05: streams through a reverse proxy with TLS, and through a proxy of the client's.
#include <filesystem>
#include <format>
#include <fstream>
#include <optional>

#include "tests/system/support/http_client.hpp"
#include "tests/system/support/log_lines.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr int line_count = 3'000;

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
        fs::remove_all(directory);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (directory / name).string(); }
    // What the documentation has for nginx.
    void start_nginx() {
        std::ofstream(path("nginx.conf")) << std::format(
            "daemon off; pid {0}/pid; error_log stderr; events {{}}\n"
            "http {{\n  access_log off;\n  client_body_temp_path {0}/body; proxy_temp_path {0}/proxy;\n"
            "  fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;\n"
            "  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}\n"
            "  server {{\n    listen 127.0.0.1:8443 ssl; ssl_certificate {0}/cert.pem; ssl_certificate_key "
            "{0}/key.pem;\n"
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
