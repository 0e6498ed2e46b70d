#include "ctl/far/from_json.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <format>
#include <nlohmann/json.hpp>
#include <optional>

#include "ctl/output/visible_text.hpp"
#include "dbus/errors.hpp"
#include "dbus/names.hpp"

namespace mcpctl::ctl::far {
namespace {

using Json = nlohmann::json;

template <class T>
void read(const Json& object, const char* key, T& value) {
    if (const auto member = object.find(key); member != object.end() && !member->is_null()) {
        value = member->get<T>();
    }
}

void read(const Json& object, const char* key, std::optional<std::uint64_t>& value) {
    if (const auto member = object.find(key); member != object.end() && !member->is_null()) {
        value = member->get<std::uint64_t>();
    }
}

void read_time(const Json& object, const char* key, std::uint64_t& value) {
    std::string text;
    read(object, key, text);
    value = microseconds_from(text);
}

// As the bus has it; nothing where the id is none, so that nobody asks for a path that somebody else made up.
std::string path_of(const std::string& id) {
    std::string hex = id;
    std::erase(hex, '-');
    const bool is_id = hex.size() == 32 && hex.find_first_not_of("0123456789abcdef") == std::string::npos;
    return is_id ? dbus::instance_path(hex) : std::string();
}

// Where the object or array that begins at the front ends.
std::size_t end_of_element(std::string_view text) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (in_string) {
            at += c == '\\' ? 1 : 0;
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return at + 1;
        }
    }
    return text.size();
}

// Of the objects of an array, which is valid JSON and begins at the front.
std::vector<std::string> lines_in(std::string_view array) {
    std::vector<std::string> lines;
    array = array.substr(0, end_of_element(array));
    for (std::size_t at = array.find('{'); at != std::string_view::npos; at = array.find('{', at)) {
        const std::size_t length = end_of_element(array.substr(at));
        lines.push_back(log_line_from(array.substr(at, length)));
        at += length;
    }
    return lines;
}

}  // namespace

std::unexpected<Error> unknown_form(std::string_view what) {
    return fail(ErrorCode::Internal, std::format("the bridge's answer has an unknown form: {}", what), {},
                "mcpctl and the far machine's may be of different versions: mcpctl version");
}

std::uint64_t microseconds_from(const std::string& rfc3339) {
    std::tm time{};
    unsigned microseconds = 0;
    if (std::sscanf(rfc3339.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%6uZ", &time.tm_year, &time.tm_mon, &time.tm_mday,
                    &time.tm_hour, &time.tm_min, &time.tm_sec, &microseconds) != 7) {
        return 0;
    }
    time.tm_year -= 1900;
    time.tm_mon -= 1;
    const std::time_t seconds = ::timegm(&time);
    return seconds < 0 ? 0 : std::uint64_t(seconds) * 1'000'000 + microseconds;
}

ServerInfo server_from(const Json& object) {
    ServerInfo server;
    read(object, "name", server.name);
    read(object, "description", server.description);
    read(object, "transport", server.transport);
    read(object, "version", server.version);
    return server;
}

ProfileInfo profile_from(const Json& object) {
    ProfileInfo profile;
    read(object, "name", profile.name);
    read(object, "server", profile.server);
    read(object, "runtime", profile.runtime);
    read(object, "autostart", profile.autostart);
    return profile;
}

InstanceInfo instance_from(const Json& object) {
    InstanceInfo instance;
    read(object, "id", instance.id);
    instance.path = path_of(instance.id);
    read(object, "name", instance.name);
    read(object, "profile", instance.profile);
    read(object, "server", instance.server);
    read(object, "runtime", instance.runtime);
    read(object, "runtimeId", instance.runtime_id);
    read(object, "engine", instance.engine);
    read(object, "imageId", instance.image_id);
    read_time(object, "unreachableSince", instance.unreachable_since);
    read(object, "transport", instance.transport);
    read(object, "state", instance.state);
    read(object, "desired", instance.desired);
    read(object, "generation", instance.generation);
    read(object, "unit", instance.unit);
    read(object, "port", instance.port);
    read(object, "endpoint", instance.endpoint);
    read(object, "reasonCode", instance.reason_code);
    read(object, "reason", instance.reason);
    read(object, "restarts", instance.restarts);
    read(object, "readiness", instance.readiness);
    read(object, "liveness", instance.liveness);
    read(object, "alert", instance.alert);
    read(object, "healthReason", instance.health_reason);
    read_time(object, "healthChangedAt", instance.health_changed_at);
    read(object, "sessions", instance.sessions);
    read(object, "standbys", instance.standbys);
    read_time(object, "createdAt", instance.created_at);
    read_time(object, "startedAt", instance.started_at);
    return instance;
}

JobInfo job_from(const Json& object) {
    JobInfo job;
    read(object, "id", job.id);
    job.path = dbus::job_path(job.id);
    read(object, "kind", job.kind);
    read(object, "instanceId", job.instance_id);
    read(object, "state", job.state);
    read(object, "progress", job.progress);
    read_time(object, "createdAt", job.created_at);
    read_time(object, "finishedAt", job.finished_at);
    if (const auto error = object.find("error"); error != object.end() && error->is_object()) {
        Error told;
        read(*error, "code", job.error);
        read(*error, "reason", told.reason);
        read(*error, "field", told.field);
        read(*error, "hint", told.hint);
        job.message = dbus::message_of(told);
    }
    return job;
}

HealthInfo health_from(const Json& object) {
    HealthInfo health;
    read(object, "readiness", health.readiness);
    read(object, "liveness", health.liveness);
    read(object, "alert", health.alert);
    read(object, "reason", health.reason);
    read(object, "failureThreshold", health.failure_threshold);
    read(object, "consecutiveFailures", health.consecutive_failures);
    read(object, "consecutiveSuccesses", health.consecutive_successes);
    read(object, "checks", health.checks);
    read(object, "lastError", health.last_error);
    read(object, "generation", health.generation);
    read(object, "latencyMicroseconds", health.latency);
    read(object, "latenessMicroseconds", health.lateness);
    read_time(object, "lastChecked", health.last_checked);
    read_time(object, "lastTransition", health.last_transition);
    read(object, "memoryBytes", health.memory);
    read(object, "cpuMicroseconds", health.cpu);
    read(object, "tasks", health.tasks);
    read(object, "uptimeMicroseconds", health.uptime);
    return health;
}

std::string log_line_from(std::string_view text) {
    if (!Json::accept(text)) {
        return {};
    }
    // Line breaks stand between members only; inside of a text they are escaped.
    std::string line(text);
    std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    return line.starts_with('{') ? visible_json(line) : std::string();
}

Result<LogPage> page_from(std::string_view body) {
    try {
        const Json object = Json::parse(body);
        LogPage page;
        read(object, "cursor", page.cursor);
        read(object, "more", page.more);
        // The bridge puts the lines first, and what is written behind such a word is theirs.
        constexpr std::string_view key = R"("lines":[)";
        const std::size_t at = body.find(key);
        if (at == std::string_view::npos || !object.contains("lines") || !object["lines"].is_array()) {
            return unknown_form("a page without lines");
        }
        page.lines = lines_in(body.substr(at + key.size() - 1));
        return page;
    } catch (const Json::exception& error) {
        return unknown_form(error.what());
    }
}

}  // namespace mcpctl::ctl::far
