// What the HTTP bridge answers in a second, beside nginx that sends the same bytes from a file and Docker's own API;
// lines through streams; and what a client notices while others keep connections open and say nothing. Aims: a read of
// one instance within 250 ms for 99 of 100 while 2 000 connections are silent.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <format>
#include <fstream>
#include <print>
#include <regex>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "tests/bench/support/measure.hpp"

namespace {

using namespace mcpctl;
using namespace mcpctl::bench;
namespace fs = std::filesystem;

constexpr int instances = 100;
constexpr std::uint16_t port = 6270;
constexpr const char* bridge = "http://127.0.0.1:6270";
const fs::path directory = "/run/mcpctl-http-bench";

std::string shell(const std::string& command) {
    return output_of({"sh", "-c", command});
}

int bridge_pid() {
    return std::stoi(shell("systemctl show --property=MainPID --value mcpctl-http-bridge.service"));
}

// Requests a second, from what wrk prints.
double rate(const std::string& url, const std::string& token) {
    const std::string header = token.empty() ? "" : std::format("-H 'Authorization: Bearer {}' ", token);
    const std::string told = shell(std::format("wrk -t1 -c8 -d5 {}'{}'", header, url));
    std::smatch found;
    if (told.contains("Non-2xx") || !std::regex_search(told, found, std::regex(R"(Requests/sec:\s+([0-9.]+))"))) {
        throw std::runtime_error(url + ": " + told);
    }
    return std::stod(found[1]);
}

void start_instances() {
    install_server();
    std::ofstream(directory / "server.json") << server_definition();
    shell(std::format("mcpctl server add -f {}/server.json", directory.string()));
    for (int i = 0; i < instances; ++i) {
        shell(std::format("mcpctl start bench --name b{}", i));
    }
}

void start_nginx() {
    std::ofstream(directory / "nginx.conf") << std::format(
        "worker_processes 1; pid {0}/pid; error_log stderr; events {{}}\n"
        "http {{ access_log off; keepalive_requests 10000000; server {{ listen 127.0.0.1:8081; root {0}; }} }}\n",
        directory.string());
    shell(std::format("nginx -c {}/nginx.conf", directory.string()));
}

// As many containers, which Docker lists without asking anything of them.
bool start_docker() {
    fs::create_directories("/etc/systemd/system/docker.socket.d");
    std::ofstream("/etc/systemd/system/docker.socket.d/tcp.conf") << "[Socket]\nListenStream=127.0.0.1:2375\n";
    shell("systemctl daemon-reload; systemctl restart docker.socket");
    shell("tar -C /usr/local/bin -c mcp-test-server | docker import - localhost/bench:latest >/dev/null");
    shell(
        std::format("for i in $(seq {}); do docker create --name b$i localhost/bench:latest /mcp-test-server http "
                    ">/dev/null; done",
                    instances));
    return true;
}

void compare(const char* what, double ours, double theirs, const char* whose) {
    std::println("{:<44} {:>10.0f} {:>10.0f} {:>8.2f}  {}", what, ours, theirs, ours / theirs, whose);
}

void measure_reads(const std::string& token) {
    const std::string one = std::format("{}/api/instances/b0", bridge);
    const std::string list = std::format("{}/api/instances?limit=100", bridge);
    for (const auto& [name, url] : {std::pair("one.json", one), {"list.json", list}}) {
        shell(std::format("curl --silent --fail -H 'Authorization: Bearer {}' '{}' > {}/{}", token, url,
                          directory.string(), name));
    }
    const auto bytes = [](const char* name) { return fs::file_size(directory / name); };
    std::println("requests a second, 8 connections, wrk with one thread on the same machine");
    std::println("{:<44} {:>10} {:>10} {:>8}", "", "bridge", "other", "ratio");
    compare(std::format("one instance, {} bytes", bytes("one.json")).c_str(), rate(one, token),
            rate("http://127.0.0.1:8081/one.json", ""), "nginx, a file");
    const double listed = rate(list, token);
    compare(std::format("a list of {}, {} bytes", instances, bytes("list.json")).c_str(), listed,
            rate("http://127.0.0.1:8081/list.json", ""), "nginx, a file");
    compare(std::format("a list of {}", instances).c_str(), listed,
            rate("http://127.0.0.1:2375/containers/json?all=true", ""), "Docker, containers/json");
    std::println("bridge: {:.1f} MB", usage_of(bridge_pid()).resident_mb);
}

void measure_streams(const std::string& token) {
    constexpr int lines = 100'000;
    std::ofstream(directory / "writer.json") << std::format(
        R"({{"name":"writer","transport":"streamable-http","run":{{"command":["{}","http","--log-count","{}","--log-stream","stdout"]}}}})",
        server_path, lines);
    shell(std::format("mcpctl server add -f {}/writer.json && mcpctl start writer", directory.string()));
    shell(std::format("until [ \"$(mcpctl logs writer --tail {0} -o ndjson | wc -l)\" -ge {0} ]; do sleep 1; done",
                      lines));
    for (const int followers : {1, 10, 100}) {
        const Stopwatch watch;
        // Not a pipe: curl notices that nobody reads any more only with what comes next.
        (void)output_of(
            {"bash", "-c",
             std::format("for i in $(seq {}); do head -n {} < <(curl --silent --no-buffer -H 'Authorization: "
                         "Bearer {}' '{}/api/instances/writer/logs/stream?since=@0') >/dev/null & done; "
                         "wait $(jobs -p)",
                         followers, 3 * lines, token, bridge)});
        std::println("{} lines to {:>3} followers: {:>8.0f} lines a second together", lines, followers,
                     double(followers) * lines / (watch.passed() / 1000));
    }
    std::println("bridge: {:.1f} MB", usage_of(bridge_pid()).resident_mb);
}

UniqueFd connection_from(const std::string& address, const std::string& words) {
    UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in from{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {}, .sin_zero = {}};
    ::inet_pton(AF_INET, address.c_str(), &from.sin_addr);
    sockaddr_in to{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {}, .sin_zero = {}};
    ::inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&from), sizeof from) == 0 &&
        ::connect(socket.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) {
        (void)::send(socket.get(), words.data(), words.size(), MSG_NOSIGNAL);
    }
    return socket;
}

// New connections, as someone has whose own were given up.
void measure_reader(const char* what, const std::string& token) {
    Samples samples;
    for (int i = 0; i < 200; ++i) {
        const Stopwatch watch;
        shell(
            std::format("curl --silent --fail --max-time 10 -H 'Authorization: Bearer {}' {}/api/instances/b0 "
                        ">/dev/null",
                        token, bridge));
        samples.push_back(watch.passed());
    }
    std::println("{:<44} {:>9.1f} {:>8.1f} {:>8.1f} {:>9.1f}", what, median(samples), at(samples, 0.99),
                 at(samples, 1.0), usage_of(bridge_pid()).resident_mb);
}

void measure_silence(const std::string& token) {
    std::println("a curl that reads one instance, ms");
    std::println("{:<44} {:>9} {:>8} {:>8} {:>9}", "", "median", "p99", "max", "bridge MB");
    measure_reader("alone", token);
    std::vector<UniqueFd> silent;
    for (int i = 0; i < 2'000; ++i) {
        silent.push_back(connection_from(std::format("127.0.1.{}", 1 + i % 20), "GET / HTTP/1.1\r\nHost: 127"));
    }
    measure_reader("2 000 connections with half a request", token);
    silent.clear();
    const std::string follow =
        std::format("GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:6270\r\nAuthorization: Bearer {}\r\n\r\n", token);
    for (int i = 0; i < 900; ++i) {
        silent.push_back(connection_from(std::format("127.0.1.{}", 1 + i % 20), follow));
    }
    measure_reader("900 followers of events that never read", token);
}

}  // namespace

int main() {
    print_machine();
    fs::create_directories(directory);
    shell("systemctl start mcpctl-http-bridge.socket");
    const std::string token =
        shell("mcpctl token create --name bench --scope view,logs,control --quiet | head -n 1 | tr -d '\\n'");
    start_instances();
    start_nginx();
    start_docker();
    measure_reads(token);
    measure_silence(token);
    measure_streams(token);
    return 0;
}
