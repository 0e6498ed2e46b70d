// Records of the store as JSON text.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "agent/core/audit.hpp"
#include "agent/core/instance.hpp"
#include "agent/core/job.hpp"
#include "agent/core/secret.hpp"
#include "agent/core/token.hpp"
#include "base/error.hpp"

namespace mcpctl {

// The definitions inside are decoded but not validated again: a rule that became stricter must not make the agent
// lose sight of a workload that runs.
[[nodiscard]] Result<Instance> parse_instance(std::string_view text);
[[nodiscard]] Result<InstanceConfig> parse_instance_config(std::string_view text);
[[nodiscard]] Result<Job> parse_job(std::string_view text);
// Without its number, which the store keeps beside it.
[[nodiscard]] Result<AuditRecord> parse_audit_record(std::string_view text);
[[nodiscard]] Result<Token> parse_token(std::string_view text);
// {"code": …, "reason": …, "field": …, "hint": …}
[[nodiscard]] Result<Error> parse_error(std::string_view text);

[[nodiscard]] std::string to_json(const Instance& instance);
[[nodiscard]] std::string to_json(const Job& job);
[[nodiscard]] std::string to_json(const AuditRecord& record);
[[nodiscard]] std::string to_json(const Error& error);
[[nodiscard]] std::string to_json(const Token& token);
// For others: without the hash.
[[nodiscard]] std::string to_public_json(const Token& token);
[[nodiscard]] std::string to_public_json(std::span<const Token> tokens);
[[nodiscard]] std::string to_public_json(std::span<const SecretInfo> secrets);

}  // namespace mcpctl
