#include "agent/probe/mcp_probe.hpp"

#include "agent/probe/http_check.hpp"
#include "agent/probe/sse_check.hpp"

namespace mcpctl {
namespace {

Task<void> end_session(std::shared_ptr<http::Client> client, http::Request request) {
    (void)co_await client->send(std::move(request));  // a server may refuse it
}

ProbeResult result_of(const Result<mcp::Agreement>& agreed, const std::string& asked, const ProbeTarget& target,
                      Clock::duration passed) {
    ProbeResult result;
    result.latency = std::chrono::duration_cast<std::chrono::microseconds>(passed);
    if (agreed) {
        const bool legacy = agreed->generation == mcp::Generation::legacy;
        result.generation = legacy ? McpGeneration::legacy : McpGeneration::modern;
    } else if (agreed.error().code != ErrorCode::AccessDenied) {
        result.error = told(agreed.error(), asked, target.timeout);
        if (result.error.empty()) {
            result.error = name_of(agreed.error().code);
        }
    }
    return result;
}

}  // namespace

McpProbe::McpProbe(const asio::any_io_executor& executor)
    : executor_(executor), client_(std::make_shared<http::Client>(executor)) {}

Task<ProbeResult> McpProbe::check(ProbeTarget target) {
    const auto begin = Clock::now();
    const auto client = client_;
    const Allowance allowance{begin + target.timeout};
    if (target.transport == Transport::sse) {
        SseCheck check(*client, target, allowance);
        const auto agreed = co_await check.run();
        co_return result_of(agreed, check.asked(), target, Clock::now() - begin);
    }
    HttpCheck check(*client, target, allowance);
    const auto agreed = co_await check.run();
    const auto passed = Clock::now() - begin;
    if (auto end = check.end_of_session()) {
        spawn_detached(executor_, "ending a check's session", end_session(client, *std::move(end)));
    }
    co_return result_of(agreed, check.asked(), target, passed);
}

}  // namespace mcpctl
