// journald's native socket, without waiting.
#pragma once

#include "agent/audit/audit_journal.hpp"
#include "base/unique_fd.hpp"

namespace mcpctl::audit {

class JournalSocket final : public AuditSink {
  public:
    bool send(std::string_view entry) override;
    bool settle() override;

  private:
    UniqueFd socket_;
};

}  // namespace mcpctl::audit
