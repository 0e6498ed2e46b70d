#include <format>
#include <nlohmann/json.hpp>

#include "ctl/decode.hpp"

namespace mcpctl::ctl {
namespace {

using Json = nlohmann::json;

SessionInfo session_from(const Json& object, const std::string& instance_name) {
    SessionInfo session;
    session.instance = instance_name;
    session.id = object.value("session", session.id);
    session.unit = object.value("unit", session.unit);
    session.pid = object.value("pid", session.pid);
    session.state = object.value("state", session.state);
    session.cold = object.value("cold", session.cold);
    session.peer_uid = object.value("peerUid", session.peer_uid);
    session.peer_pid = object.value("peerPid", session.peer_pid);
    session.generation = object.value("generation", session.generation);
    session.opened_at = object.value("openedAt", session.opened_at);
    session.ended_at = object.value("endedAt", session.ended_at);
    session.reason_code = object.value("reasonCode", session.reason_code);
    session.reason = object.value("reason", session.reason);
    return session;
}

}  // namespace

Result<std::vector<SessionInfo>> sessions_from(std::string_view json, const std::string& instance_name) {
    try {
        std::vector<SessionInfo> sessions;
        const Json array = Json::parse(json);
        for (const Json& object : array) {
            sessions.push_back(session_from(object, instance_name));
        }
        return sessions;
    } catch (const Json::exception& error) {
        return fail(ErrorCode::Internal,
                    std::format("the agent's list of sessions has an unknown form: {}", error.what()), {},
                    "mcpctl and the agent may be of different versions: mcpctl version");
    }
}

}  // namespace mcpctl::ctl
