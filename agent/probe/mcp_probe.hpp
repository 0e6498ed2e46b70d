// The port Probe: asks over HTTP, as any client would, and leaves nothing behind.
#pragma once

#include <memory>

#include "agent/core/probe.hpp"
#include "http/client.hpp"

namespace mcpctl {

class McpProbe final : public Probe {
  public:
    explicit McpProbe(const asio::any_io_executor& executor);

    Task<ProbeResult> check(ProbeTarget target) override;

  private:
    asio::any_io_executor executor_;
    // Shared with what outlives a check: the end of its session.
    std::shared_ptr<http::Client> client_;
};

}  // namespace mcpctl
