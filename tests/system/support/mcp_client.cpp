#include "tests/system/support/mcp_client.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <utility>

#include "tests/system/support/mcpctl.hpp"

namespace mcpctl::test {
namespace {

// The message in an answer that is JSON, or a stream of events of which the last one has data.
Json message_in(const std::string& body) {
    std::string text = body;
    std::istringstream stream(body);
    for (std::string line; std::getline(stream, line);) {
        if (line.starts_with("data: ")) {
            text = line.substr(6);
        }
    }
    return Json::parse(text, nullptr, false);
}

std::string header_in(const std::string& headers, const std::string& name) {
    std::istringstream stream(headers);
    for (std::string line; std::getline(stream, line);) {
        if (strncasecmp(line.c_str(), (name + ": ").c_str(), name.size() + 2) == 0) {
            return line.substr(name.size() + 2, line.find('\r') - name.size() - 2);
        }
    }
    return {};
}

}  // namespace

McpClient::McpClient(std::string endpoint, std::vector<std::string> curl_options)
    : endpoint_(std::move(endpoint)), curl_options_(std::move(curl_options)) {
    const Json answer = post({{"jsonrpc", "2.0"},
                              {"id", ++id_},
                              {"method", "initialize"},
                              {"params",
                               {{"protocolVersion", "2025-06-18"},
                                {"capabilities", Json::object()},
                                {"clientInfo", {{"name", "system-tests"}, {"version", "1"}}}}}});
    if (!answer.is_object() || !answer.contains("result")) {
        ADD_FAILURE() << endpoint_ << " does not initialize: " << answer.dump();
        return;
    }
    server_info_ = answer["result"].value("serverInfo", Json());
    post({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}});
}

McpClient McpClient::of(const std::string& instance) {
    return McpClient(status_of(instance).value("endpoint", ""));
}

Json McpClient::post(const Json& message) {
    std::vector<std::string> command{"curl",
                                     "--silent",
                                     "--show-error",
                                     "--max-time",
                                     "10",
                                     "--dump-header",
                                     "-",
                                     "--header",
                                     "Content-Type: application/json",
                                     "--header",
                                     "Accept: application/json, text/event-stream",
                                     "--data-binary",
                                     "@-",
                                     endpoint_};
    command.insert(command.end(), curl_options_.begin(), curl_options_.end());
    if (!session_.empty()) {
        command.insert(command.end(), {"--header", "Mcp-Session-Id: " + session_});
    }
    const Output answer = run(command, message.dump());
    if (answer.status != 0) {
        return {{"curl", answer.err}};
    }
    const std::size_t end = answer.out.find("\r\n\r\n");
    const std::string headers = answer.out.substr(0, end);
    if (std::string session = header_in(headers, "Mcp-Session-Id"); !session.empty()) {
        session_ = std::move(session);
    }
    return end == std::string::npos ? Json() : message_in(answer.out.substr(end + 4));
}

Json McpClient::call(const std::string& tool, const Json& arguments) {
    const Json answer = post({{"jsonrpc", "2.0"},
                              {"id", ++id_},
                              {"method", "tools/call"},
                              {"params", {{"name", tool}, {"arguments", arguments}}}});
    if (!answer.is_object() || !answer.contains("result")) {
        ADD_FAILURE() << tool << " at " << endpoint_ << ": " << answer.dump();
        return {};
    }
    return answer["result"];
}

Json McpClient::data(const std::string& tool, const Json& arguments) {
    const Json result = call(tool, arguments);
    return result.is_object() ? result.value("structuredContent", Json::object()) : Json::object();
}

void McpClient::call_fatally(const Json& behaviour) {
    post({{"jsonrpc", "2.0"},
          {"id", ++id_},
          {"method", "tools/call"},
          {"params", {{"name", "behave"}, {"arguments", behaviour}}}});
}

}  // namespace mcpctl::test
