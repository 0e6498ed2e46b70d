#include "tests/system/support/http_client.hpp"

#include <algorithm>
#include <format>
#include <sstream>

namespace mcpctl::test {
namespace {

constexpr const char* websocket_script = R"js(
const [url, messages, ...protocols] = process.argv.slice(1);
const socket = new WebSocket(url, protocols);
let left = Number(messages);
socket.onmessage = (event) => {
    console.log(event.data);
    if (--left === 0) socket.close();
};
socket.onerror = (event) => console.error(String(event.message));
socket.onclose = (event) => {
    console.log(JSON.stringify({close: event.code, protocol: socket.protocol}));
};
)js";

// What the line says behind this word, where it begins with it.
std::string after(const std::string& line, const std::string& word) {
    return line.starts_with(word) ? line.substr(word.size()) : std::string();
}

}  // namespace

std::string Answer::header(const std::string& name) const {
    std::istringstream lines(head);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = std::min(line.find(':'), line.size());
        std::string found = line.substr(0, colon);
        std::ranges::transform(found, found.begin(), [](unsigned char c) { return char(std::tolower(c)); });
        if (found == name) {
            const std::size_t begin = line.find_first_not_of(' ', colon + 1);
            return line.substr(begin, line.find_last_not_of("\r") + 1 - begin);
        }
    }
    return {};
}

Answer curl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"curl", "--silent", "--path-as-is", "--include", "--write-out", "\n%{http_code}"});
    const Output output = run(arguments);
    const std::size_t end = output.out.rfind('\n');
    const std::size_t blank = output.out.find("\r\n\r\n");
    if (end == std::string::npos || blank == std::string::npos) {
        return {.body = output.err};
    }
    return {.status = std::stoi(output.out.substr(end + 1)),
            .body = output.out.substr(blank + 4, end - blank - 4),
            .head = output.out.substr(0, blank)};
}

std::vector<Event> events_in(const std::string& text) {
    std::vector<Event> events;
    Event event;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("event: ")) {
            event.name = after(line, "event: ");
        } else if (line.starts_with("id: ")) {
            event.id = after(line, "id: ");
        } else if (line.starts_with("data: ")) {
            event.data = Json::parse(after(line, "data: "), nullptr, false);
            EXPECT_FALSE(event.data.is_discarded()) << line;
        } else if (line.empty() && !event.data.is_null()) {
            events.push_back(std::exchange(event, {}));
        }
    }
    return events;
}

std::vector<Json> data_of(const std::vector<Event>& events) {
    std::vector<Json> all;
    for (const Event& event : events) {
        if (event.name.empty()) {
            all.push_back(event.data);
        }
    }
    return all;
}

Process websocket(const std::string& path, int messages, const std::vector<std::string>& protocols) {
    std::vector<std::string> command{"node",
                                     "--experimental-websocket",
                                     "-e",
                                     websocket_script,
                                     std::string("ws://127.0.0.1:6270") + path,
                                     std::to_string(messages)};
    command.insert(command.end(), protocols.begin(), protocols.end());
    return Process(command);
}

void HttpTest::SetUp() {
    MachineTest::SetUp();
    output_of({"systemctl", "start", "mcpctl-http-bridge.socket"});
    token_ = token("all", {"--scope", "view,control,logs"});
}

void HttpTest::TearDown() {
    for (const Json& token : mcpctl_json({"token", "list"})) {
        mcpctl({"token", "revoke", token["name"], "--yes"});
    }
    run({"systemctl", "stop", "mcpctl-http-bridge.socket", "mcpctl-http-bridge.service"});
    MachineTest::TearDown();
}

std::string HttpTest::token(const std::string& name, std::vector<std::string> more) {
    more.insert(more.begin(), {"token", "create", "--name", name, "--quiet"});
    const Output made = mcpctl(more);
    EXPECT_EQ(made.status, 0) << made.err;
    return made.out.substr(0, made.out.find('\n'));
}

Answer HttpTest::ask_with(const std::string& token, const std::string& method, const std::string& path,
                          std::vector<std::string> more) {
    more.insert(more.begin(), {"--request", method, "--header", "Authorization: Bearer " + token});
    more.push_back(bridge_address + path);
    return curl(more);
}

Answer HttpTest::ask(const std::string& method, const std::string& path, std::vector<std::string> more) const {
    return ask_with(token_, method, path, std::move(more));
}

Answer HttpTest::start(const std::string& body, const std::string& type, std::vector<std::string> more) const {
    more.insert(more.end(), {"--header", "Content-Type: " + type, "--data-binary", body});
    return ask("POST", "/api/instances", std::move(more));
}

void HttpTest::wait_for_streams(int count) const {
    ASSERT_TRUE(eventually(
        [&] { return ask("GET", "/metrics").body.contains(std::format("mcpctl_http_streams {}\n", count)); }, 30s));
}

Process HttpTest::stream(const std::string& path, std::vector<std::string> more) const {
    more.insert(more.begin(), {"curl", "--silent", "--no-buffer", "--header", "Authorization: Bearer " + token_});
    more.push_back(bridge_address + path);
    return Process(more);
}

}  // namespace mcpctl::test
