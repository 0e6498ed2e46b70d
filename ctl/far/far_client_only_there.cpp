// FarClient: what the bridge has no route for.
#include "ctl/far/far_client.hpp"
#include "ctl/far/only_there.hpp"
#include "ctl/log_follow.hpp"

namespace mcpctl::ctl::far {

Result<std::string> FarClient::server_definition(const std::string& /*name*/) {
    return only_there(OnlyThere::definitions);
}

Result<std::string> FarClient::profile_definition(const std::string& /*name*/) {
    return only_there(OnlyThere::definitions);
}

Result<std::string> FarClient::effective_settings(const std::string& /*profile*/) {
    return only_there(OnlyThere::effective_settings);
}

Result<void> FarClient::add_server(const std::string& /*definition*/) {
    return only_there(OnlyThere::definitions);
}

Result<void> FarClient::add_profile(const std::string& /*definition*/) {
    return only_there(OnlyThere::definitions);
}

Result<void> FarClient::remove_server(const std::string& /*name*/) {
    return only_there(OnlyThere::definitions);
}

Result<void> FarClient::remove_profile(const std::string& /*name*/) {
    return only_there(OnlyThere::definitions);
}

Result<std::vector<std::string>> FarClient::failure_log(const InstanceInfo& /*instance*/) {
    return only_there(OnlyThere::failure_log);
}

Result<std::string> FarClient::workloads(const InstanceInfo& /*instance*/) {
    return only_there(OnlyThere::workloads);
}

Result<std::vector<HealthChangeInfo>> FarClient::health_history(const InstanceInfo& /*instance*/,
                                                                std::uint32_t /*count*/) {
    return only_there(OnlyThere::health_history);
}

// Its endpoint is an address of its own machine, which means something else here.
Result<void> FarClient::reach(const InstanceInfo& /*instance*/) {
    return only_there(OnlyThere::messages);
}

Result<OpenedSession> FarClient::open_session(const InstanceInfo& /*instance*/, std::chrono::seconds /*patience*/) {
    return only_there(OnlyThere::sessions);
}

Result<std::vector<SessionInfo>> FarClient::sessions(const InstanceInfo& /*instance*/) {
    return only_there(OnlyThere::sessions);
}

Result<void> FarClient::close_session(const InstanceInfo& /*instance*/, const std::string& /*session*/) {
    return only_there(OnlyThere::sessions);
}

Result<LogPage> FarClient::audit(const AuditOptions& /*options*/) {
    return only_there(OnlyThere::audit);
}

Result<UniqueFd> FarClient::follow_audit(const AuditOptions& /*options*/) {
    return only_there(OnlyThere::audit);
}

Result<std::string> FarClient::create_token(const std::string& /*name*/, const TokenOptions& /*options*/) {
    return only_there(OnlyThere::tokens);
}

Result<void> FarClient::revoke_token(const std::string& /*name*/) {
    return only_there(OnlyThere::tokens);
}

Result<std::vector<TokenInfo>> FarClient::tokens() {
    return only_there(OnlyThere::tokens);
}

Result<void> FarClient::set_secret(const std::string& /*name*/, const std::vector<std::uint8_t>& /*value*/) {
    return only_there(OnlyThere::secrets);
}

Result<void> FarClient::remove_secret(const std::string& /*name*/) {
    return only_there(OnlyThere::secrets);
}

Result<std::vector<SecretInfo>> FarClient::secrets() {
    return only_there(OnlyThere::secrets);
}

}  // namespace mcpctl::ctl::far
