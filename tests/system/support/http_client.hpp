// The HTTP bridge as remote callers see it: curl, and a WebSocket client as browsers have it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {

constexpr const char* bridge_address = "http://127.0.0.1:6270";

struct Answer {
    int status = 0;
    std::string body = {};
    std::string head = {};  // the status line and the header

    [[nodiscard]] Json json() const { return Json::parse(body, nullptr, false); }
    // Empty where there is none; names are written in lower case.
    [[nodiscard]] std::string header(const std::string& name) const;
};

Answer curl(std::vector<std::string> arguments);

// One of Server-Sent Events.
struct Event {
    std::string name;
    std::string id;
    Json data;
};
std::vector<Event> events_in(const std::string& text);
// The data of those without a name.
std::vector<Json> data_of(const std::vector<Event>& events);

// Prints each message as a line, and at last {"close":CODE}. Closes after so many messages; 0: never.
Process websocket(const std::string& path, int messages, const std::vector<std::string>& protocols);

// With the bridge listening, and a token for everything.
class HttpTest : public MachineTest {
  protected:
    void SetUp() override;
    void TearDown() override;

    static std::string token(const std::string& name, std::vector<std::string> more);
    static Answer ask_with(const std::string& token, const std::string& method, const std::string& path,
                           std::vector<std::string> more = {});
    [[nodiscard]] Answer ask(const std::string& method, const std::string& path,
                             std::vector<std::string> more = {}) const;
    [[nodiscard]] Answer start(const std::string& body, const std::string& type = "application/json",
                               std::vector<std::string> more = {}) const;
    // Until so many are open: programs that follow take a while to connect.
    void wait_for_streams(int count) const;
    // curl on a stream, beside the test.
    [[nodiscard]] Process stream(const std::string& path, std::vector<std::string> more = {}) const;

    std::string token_;
};

}  // namespace mcpctl::test
