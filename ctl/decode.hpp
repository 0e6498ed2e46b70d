// Property dictionaries of the contract's objects, decoded. A property that is missing keeps its default, since another
// version of the agent may not have it; one of another type throws sdbus::Error.
#pragma once

#include <sdbus-c++/Types.h>

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/error.hpp"
#include "ctl/model.hpp"

namespace mcpctl::ctl {

using Properties = std::map<std::string, sdbus::Variant>;
using ManagedObjects = std::map<sdbus::ObjectPath, std::map<std::string, Properties>>;

[[nodiscard]] AgentInfo agent_from(const Properties& properties);
[[nodiscard]] ServerInfo server_from(const Properties& properties);
[[nodiscard]] ProfileInfo profile_from(const Properties& properties);
[[nodiscard]] InstanceInfo instance_from(const std::string& path, const Properties& properties);
[[nodiscard]] JobInfo job_from(const std::string& path, const Properties& properties);
// What a PropertiesChanged signal says is new.
void update(JobInfo& job, const Properties& changed);

// The JSON text of ListSessions. As with properties, what is missing keeps its default.
[[nodiscard]] Result<std::vector<TokenInfo>> tokens_from(std::string_view json);
[[nodiscard]] Result<std::vector<SecretInfo>> secrets_from(std::string_view json);
[[nodiscard]] Result<std::vector<SessionInfo>> sessions_from(std::string_view json, const std::string& instance_name);

// The JSON texts of CheckHealth and GetStatistics, and of GetHealthHistory.
[[nodiscard]] Result<HealthInfo> health_from(std::string_view json);
[[nodiscard]] Result<std::vector<HealthChangeInfo>> health_history_from(std::string_view json);

// What GetLogs and GetAudit answer.
[[nodiscard]] LogPage page_from(std::tuple<std::vector<std::string>, std::string, bool> answer);

void set_unless_empty(Properties& options, const char* key, const std::string& value);

// "/…/instance/<32 hex>" to the usual form of a UUID; other paths give an empty string.
[[nodiscard]] std::string id_from_path(const std::string& path);

}  // namespace mcpctl::ctl
