#include "tests/system/support/far_machine.hpp"

#include <format>
#include <fstream>

namespace mcpctl::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* configuration_file = "/etc/mcpctl/http-bridge.toml";
constexpr const char* tls_socket = "mcpctl-http-bridge-tls.socket";

}  // namespace

void FarMachineTest::SetUp() {
    HttpTest::SetUp();
    fs::create_directories(directory);
    output_of({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
               "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", path("key.pem"),
               "-out", path("cert.pem")});
    output_of({"chgrp", "mcpctl-bridge", path("key.pem")});
    output_of({"chmod", "0640", path("key.pem")});
    fs::create_directories(fs::path(configuration_file).parent_path());
    std::ofstream(configuration_file) << std::format(
        "hosts = [\"localhost:6271\", \"127.0.0.1:6270\", \"localhost:8443\", \"127.0.0.1\"]\n"
        "[tls]\ncertificate = \"{0}/cert.pem\"\nkey = \"{0}/key.pem\"\n",
        directory.string());
    run({"systemctl", "stop", "mcpctl-http-bridge.service"});
    output_of({"systemctl", "start", tls_socket});
}

void FarMachineTest::TearDown() {
    proxy_.reset();
    run({"systemctl", "stop", tls_socket, "mcpctl-http-bridge.service"});
    fs::remove(configuration_file);
    fs::remove_all(directory);
    HttpTest::TearDown();
}

std::vector<std::string> FarMachineTest::far_command(std::vector<std::string> arguments,
                                                     std::vector<std::string> variables) const {
    std::vector<std::string> command{"env",
                                     std::format("MCPCTL_HOST={}", far_address),
                                     "MCPCTL_TOKEN=" + token_,
                                     "SSL_CERT_FILE=" + path("cert.pem"),
                                     "XDG_CACHE_HOME=" + path("cache"),
                                     "XDG_CONFIG_HOME=" + path("config")};
    command.insert(command.end(), variables.begin(), variables.end());
    command.push_back("mcpctl");
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

Output FarMachineTest::far(std::vector<std::string> arguments, std::vector<std::string> variables) const {
    return run(far_command(std::move(arguments), std::move(variables)));
}

Process FarMachineTest::far_process(std::vector<std::string> arguments, std::vector<std::string> variables) const {
    return Process(far_command(std::move(arguments), std::move(variables)));
}

void FarMachineTest::start_nginx(bool upgrades) {
    const std::string passed_on =
        upgrades ? "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;"
                 : "proxy_set_header Connection '';";
    std::ofstream(path("nginx.conf")) << std::format(
        "daemon off; master_process off; pid {0}/pid; error_log stderr; events {{}}\n"
        "http {{\n  access_log off;\n  client_body_temp_path {0}/body; proxy_temp_path {0}/proxy;\n"
        "  fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;\n"
        "  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}\n"
        "  server {{\n    listen 127.0.0.1:8443 ssl; ssl_certificate {0}/cert.pem; ssl_certificate_key {0}/key.pem;\n"
        "    location / {{ proxy_pass http://127.0.0.1:6270; proxy_http_version 1.1; {1} }}\n  }}\n}}\n",
        directory.string(), passed_on);
    proxy_.emplace(std::vector<std::string>{"nginx", "-c", path("nginx.conf")});
    ASSERT_TRUE(eventually(
        [this] { return curl({"--cacert", path("cert.pem"), std::string(nginx_address) + "/livez"}).status == 200; }));
}

void FarMachineTest::start_tinyproxy(const std::string& more) {
    std::ofstream(path("tinyproxy.conf")) << "Port 8888\nListen 127.0.0.1\nTimeout 120\nConnectPort 6270\n"
                                             "ConnectPort 6271\n"
                                          << more;
    proxy_.emplace(std::vector<std::string>{"tinyproxy", "-d", "-c", path("tinyproxy.conf")});
    ASSERT_TRUE(eventually([] {
        return run({"curl", "--silent", "--proxytunnel", "--proxy", tinyproxy_address, "--include",
                    std::string(bridge_address) + "/livez"})
            .out.starts_with("HTTP/1.");
    }));
}

void FarMachineTest::start_writer(int lines, int lines_per_second) const {
    define_test_server("writer", {"--log-count", std::to_string(lines), "--log-rate", std::to_string(lines_per_second),
                                  "--log-stream", "stdout"});
    ASSERT_EQ(start(R"({"profileName":"writer"})").status, 201);
}

}  // namespace mcpctl::test
