#include "ctl/mcp/mcp_client.hpp"

#include <chrono>
#include <format>
#include <utility>

#include "ctl/mcp/http_transport.hpp"
#include "ctl/mcp/sse_transport.hpp"
#include "ctl/mcp/stdio_transport.hpp"
#include "mcp/handshake.hpp"

namespace mcpctl::ctl {
namespace {

using mcp::Json;

// Some legacy servers do not answer what they do not know.
constexpr std::chrono::seconds probe_patience{10};
// A cursor that leads nowhere must end.
constexpr int max_pages = 100;

bool only_probed_in_vain(const Error& error) {
    return error.code == ErrorCode::TimedOut || error.code == ErrorCode::NotSupported;
}

}  // namespace

Result<std::unique_ptr<Transport>> McpClient::transport_of(AgentClient& agent, const InstanceInfo& instance,
                                                           const Patience& patience) {
    if (auto reachable = agent.reach(instance); !reachable) {
        return std::unexpected(std::move(reachable.error()));
    }
    if (!instance.has_sessions()) {
        if (instance.state != "running") {
            return fail(ErrorCode::NotReady, std::format("{} is {}", instance.name, instance.state), {},
                        std::format("mcpctl status {}", instance.name));
        }
        if (instance.transport == "sse") {
            return std::make_unique<SseTransport>(instance.endpoint);
        }
        return std::make_unique<HttpTransport>(instance.endpoint);
    }
    const auto left = std::chrono::ceil<std::chrono::seconds>(patience.deadline - SteadyClock::now());
    return agent.open_session(instance, left).transform([&](OpenedSession session) -> std::unique_ptr<Transport> {
        return std::make_unique<StdioTransport>(std::move(session.socket));
    });
}

Result<McpClient> McpClient::greet(std::unique_ptr<Transport> transport, mcp::Generation begin_with,
                                   const Patience& patience) {
    mcp::Handshake handshake(begin_with);
    while (const auto message = handshake.next()) {
        const Patience share = handshake.is_probing() ? patience.at_most(probe_patience) : patience;
        const auto answer = transport->exchange(handshake.agreement(), *message, {}, share);
        if (answer) {
            handshake.answered(*answer);
        } else if (handshake.is_probing() && only_probed_in_vain(answer.error()) && patience.milliseconds_left() > 0) {
            handshake.unanswered();
        } else {
            return std::unexpected(answer.error());
        }
    }
    return handshake.outcome().transform([&](mcp::Agreement agreement) {
        return McpClient(std::move(transport), std::move(agreement), handshake.next_id());
    });
}

Result<mcp::Message> McpClient::send(const std::string& method, const Json& params, const mcp::Headers& parameters,
                                     const Patience& patience) {
    auto answer =
        transport_->exchange(agreement_, mcp::request(agreement_, next_id_++, method, params), parameters, patience);
    if (answer && answer->kind == mcp::Message::Kind::result && answer->result.is_object() &&
        answer->result.value("resultType", Json()) == "input_required") {
        return fail(ErrorCode::NotSupported, "the server asks for more input, which mcpctl cannot give");
    }
    return answer;
}

Result<mcp::Message> McpClient::request(const std::string& method, const Json& params, const Patience& patience) {
    return send(method, params, {}, patience);
}

// Which arguments a modern server wants to see in headers too stands in its list of tools. Few have any, so the list is
// read only when the call was refused for their lack; a refused call was not carried out.
Result<mcp::Message> McpClient::call_tool(const std::string& name, const Json& arguments, const Patience& patience) {
    const Json params{{"name", name}, {"arguments", arguments}};
    auto answer = send("tools/call", params, {}, patience);
    if (!answer || answer->kind != mcp::Message::Kind::error || answer->code != mcp::error_code::header_mismatch) {
        return answer;
    }
    const auto listed = tools(patience);
    if (!listed) {
        return std::unexpected(listed.error());
    }
    for (const Json& tool : *listed) {
        if (tool.value("name", Json()) == name) {
            const auto headers = mcp::parameter_headers(tool.value("inputSchema", Json()), arguments);
            return headers.empty() ? answer : send("tools/call", params, headers, patience);
        }
    }
    return answer;
}

Result<Json> McpClient::tools(const Patience& patience) {
    Json all = Json::array();
    Json params;
    for (int page = 0; page < max_pages; ++page) {
        const auto answer = send("tools/list", params, {}, patience);
        if (!answer) {
            return std::unexpected(answer.error());
        }
        if (answer->kind == mcp::Message::Kind::error) {
            return fail(ErrorCode::NotSupported,
                        std::format("the server answered tools/list with error {}: {}", answer->code, answer->text));
        }
        const Json& result = answer->result;
        for (const Json& tool : result.is_object() ? result.value("tools", Json::array()) : Json::array()) {
            if (tool.is_object()) {
                all.push_back(tool);
            }
        }
        const Json cursor = result.is_object() ? result.value("nextCursor", Json()) : Json();
        if (!cursor.is_string()) {
            return all;
        }
        params = {{"cursor", cursor}};
    }
    return fail(ErrorCode::LimitsExceeded, std::format("the server's list of tools has more than {} pages", max_pages));
}

}  // namespace mcpctl::ctl
