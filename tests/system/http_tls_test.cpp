// B09: TLS and Unix sockets of the bridge.
#include <filesystem>
#include <format>
#include <fstream>

#include "tests/system/support/http_client.hpp"
#include "tests/system/support/users.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr const char* tls_address = "https://localhost:6271";
constexpr const char* tls_socket = "mcpctl-http-bridge-tls.socket";
const fs::path configuration_file = "/etc/mcpctl/http-bridge.toml";
const fs::path tls_directory = "/etc/mcpctl/tls";

class HttpTls : public HttpTest {
  protected:
    void SetUp() override {
        HttpTest::SetUp();
        make_certificate("first");
        use_certificate("first");
        configure(std::format("hosts = [\"localhost:6271\"]\n[tls]\ncertificate = \"{}\"\nkey = \"{}\"\n",
                              (tls_directory / "live.crt").string(), (tls_directory / "live.key").string()));
    }
    void TearDown() override {
        run({"systemctl", "stop", tls_socket, "mcpctl-http-bridge.service"});
        run({"systemctl", "reset-failed", tls_socket, "mcpctl-http-bridge.service"});
        fs::remove(configuration_file);
        fs::remove_all(tls_directory);
        HttpTest::TearDown();
    }
    // Anew, so that the bridge reads it.
    static void configure(const std::string& text) {
        run({"systemctl", "stop", "mcpctl-http-bridge.socket", tls_socket, "mcpctl-http-bridge.service"});
        std::ofstream(configuration_file) << text;
        output_of({"systemctl", "start", tls_socket});
    }
    static void make_certificate(const std::string& name) {
        fs::create_directories(tls_directory);
        output_of({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                   "2", "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:localhost", "-keyout",
                   (tls_directory / (name + ".key")).string(), "-out", (tls_directory / (name + ".crt")).string()});
        output_of({"chgrp", "mcpctl-bridge", (tls_directory / (name + ".key")).string()});
        output_of({"chmod", "0640", (tls_directory / (name + ".key")).string()});
    }
    static void use_certificate(const std::string& name) {
        for (const char* end : {".crt", ".key"}) {
            fs::create_symlink(name + end, tls_directory / "fresh");
            fs::rename(tls_directory / "fresh", tls_directory / (std::string("live") + end));
        }
    }
    [[nodiscard]] Answer ask_by_tls(const std::string& path, const std::string& certificate,
                                    std::vector<std::string> more = {}) const {
        more.insert(more.end(), {"--cacert", (tls_directory / (certificate + ".crt")).string(), "--header",
                                 "Authorization: Bearer " + token_, tls_address + path});
        return curl(more);
    }
};

TEST_F(HttpTls, AnswersAsInTheClear) {
    define_test_server("web");
    const Answer empty = ask_by_tls("/api/instances", "first");
    ASSERT_EQ(empty.status, 200) << empty.body;
    const Answer started =
        ask_by_tls("/api/instances", "first",
                   {"--header", "Content-Type: application/json", "--data", R"({"profileName":"web"})"});
    ASSERT_EQ(started.status, 201) << started.body;
    EXPECT_EQ(ask_by_tls("/api/instances/web", "first").json()["state"], "running");
    const Output stream =
        run({"sh", "-c",
             std::format("curl --silent --no-buffer --cacert {}/first.crt --header 'Authorization: Bearer {}' "
                         "'{}/api/instances/web/logs/stream?since=@0' | head -n 4",
                         tls_directory.string(), token_, tls_address)});
    EXPECT_THAT(stream.out, HasSubstr("data: {"));
    stop("web");
}

TEST_F(HttpTls, UsesARenewedCertificateAndKeepsWhoIsConnected) {
    const std::string events = (tls_directory / "events").string();
    const Process follower({"curl", "--silent", "--no-buffer", "--cacert", (tls_directory / "first.crt").string(),
                            "--header", "Authorization: Bearer " + token_, "--output", events,
                            std::string(tls_address) + "/api/events"});
    ASSERT_TRUE(eventually([&] { return ask_by_tls("/metrics", "first").body.contains("mcpctl_http_streams 1"); }));
    make_certificate("second");
    use_certificate("second");
    EXPECT_TRUE(eventually([&] { return ask_by_tls("/livez", "second").status == 200; }));
    EXPECT_NE(ask_by_tls("/livez", "first").status, 200);
    define_test_server("late");
    EXPECT_THAT(ask_by_tls("/metrics", "second").body, HasSubstr("mcpctl_http_streams 1"));
    EXPECT_TRUE(eventually([&] {
        std::ifstream file(events);
        return std::string(std::istreambuf_iterator<char>(file), {}).contains("\"late\"");
    }));
}

TEST_F(HttpTls, RefusesOldVersionsAndPlainText) {
    EXPECT_NE(ask_by_tls("/livez", "first", {"--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"}).status, 200);
    EXPECT_EQ(ask_by_tls("/livez", "first", {"--tls-max", "1.2"}).status, 200);
    EXPECT_EQ(run({"curl", "--silent", "http://127.0.0.1:6271/livez"}).out, "");
    EXPECT_EQ(ask_by_tls("/livez", "first").status, 200);
}

TEST_F(HttpTls, WithoutACertificateTellsWhatToSet) {
    configure("");
    (void)run({"curl", "--silent", "--insecure", "--max-time", "2", "https://localhost:6271/livez"});
    EXPECT_TRUE(eventually([] {
        return run({"journalctl", "--unit", "mcpctl-http-bridge.service", "--no-pager", "--output=cat"})
            .out.contains("set [tls] certificate and key in /etc/mcpctl/http-bridge.toml");
    }));
}

class HttpUnixSocket : public HttpTest {
  protected:
    void SetUp() override {
        HttpTest::SetUp();
        run({"systemctl", "stop", "mcpctl-http-bridge.socket", "mcpctl-http-bridge.service"});
        fs::create_directories(drop_in.parent_path());
        std::ofstream(drop_in) << "[Socket]\nListenStream=/run/mcpctl-http.sock\nSocketMode=0660\nSocketGroup=mcpctl\n";
        systemctl({"daemon-reload"});
        output_of({"systemctl", "start", "mcpctl-http-bridge.socket"});
    }
    void TearDown() override {
        run({"systemctl", "stop", "mcpctl-http-bridge.socket", "mcpctl-http-bridge.service"});
        fs::remove_all(drop_in.parent_path());
        systemctl({"daemon-reload"});
        HttpTest::TearDown();
    }
    const fs::path drop_in = "/etc/systemd/system/mcpctl-http-bridge.socket.d/unix.conf";
};

TEST_F(HttpUnixSocket, AnswersBesideTheOtherOne) {
    EXPECT_EQ(ask("GET", "/api/instances").status, 200);
    const Answer answer = ask("GET", "/api/instances", {"--unix-socket", "/run/mcpctl-http.sock"});
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(ask_with("wrong", "GET", "/api/instances", {"--unix-socket", "/run/mcpctl-http.sock"}).status, 401);
    const User alice{"alice"};
    alice.make();
    EXPECT_NE(alice.run({"curl", "--unix-socket", "/run/mcpctl-http.sock", "http://localhost:6270/livez"}).status, 0);
}

}  // namespace
}  // namespace mcpctl::test
