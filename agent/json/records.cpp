#include "agent/json/records.hpp"

#include <format>
#include <utility>

#include "agent/core/enum_names.hpp"
#include "agent/json/document.hpp"
#include "agent/json/members.hpp"

namespace mcpctl {
namespace {

using nlohmann::json;

// A record holds two definitions and the last lines of a failure.
constexpr std::size_t max_record_bytes = std::size_t{4} * 1024 * 1024;

void decode_reason(ObjectReader& instance, Reason& target) {
    if (const json* value = instance.find("reason")) {
        ObjectReader reason(*value, instance.path_of("reason"), {"code", "text"}, instance.mistake());
        reason.choice("code", target.code);
        reason.text("text", target.text);
    }
}

Instance decode_instance(const json& value, Mistake& mistake) {
    Instance instance;
    ObjectReader reader(value, "",
                        {"id", "name", "config", "desired", "state", "generation", "runtimeId", "imageId", "port",
                         "reason", "failureLog", "restarts", "createdAt", "startedAt"},
                        mistake);
    reader.required_id("id", instance.id);
    reader.required_text("name", instance.name);
    reader.require("config");
    if (const json* config = reader.find("config")) {
        instance.config = decode_config(*config, "config", mistake);
    }
    reader.choice("desired", instance.desired);
    reader.choice("state", instance.state);
    reader.integer("generation", instance.generation);
    reader.text("runtimeId", instance.runtime_id);
    reader.text("imageId", instance.image_id);
    reader.integer("port", instance.port);
    decode_reason(reader, instance.reason);
    reader.texts("failureLog", instance.failure_log);
    reader.integer("restarts", instance.restarts);
    reader.integer("createdAt", instance.created_at);
    reader.integer("startedAt", instance.started_at);
    return instance;
}

Error decode_error(const json& value, const std::string& path, Mistake& mistake) {
    Error error;
    ObjectReader reader(value, path, {"code", "reason", "field", "hint"}, mistake);
    std::string code;
    reader.required_text("code", code);
    error.code = error_code_named(code);
    reader.text("reason", error.reason);
    reader.text("field", error.field);
    reader.text("hint", error.hint);
    return error;
}

Job decode_job(const json& value, Mistake& mistake) {
    Job job;
    ObjectReader reader(value, "",
                        {"id", "kind", "instance", "state", "progress", "error", "lastLines", "drainTimeout",
                         "oldGeneration", "createdAt", "finishedAt"},
                        mistake);
    reader.require("id");
    reader.integer("id", job.id);
    reader.choice("kind", job.kind);
    reader.required_id("instance", job.instance);
    reader.choice("state", job.state);
    reader.text("progress", job.progress);
    if (const json* error = reader.find("error")) {
        job.error = decode_error(*error, "error", mistake);
    }
    reader.texts("lastLines", job.last_lines);
    reader.duration("drainTimeout", job.drain_timeout);
    reader.integer("oldGeneration", job.old_generation);
    reader.integer("createdAt", job.created_at);
    reader.integer("finishedAt", job.finished_at);
    return job;
}

AuditRecord decode_audit_record(const json& value, Mistake& mistake) {
    AuditRecord record;
    ObjectReader reader(value, "",
                        {"time", "action", "result", "error", "uid", "via", "instance", "name", "profile", "server",
                         "job", "session", "count", "reason", "token"},
                        mistake);
    reader.integer("time", record.time);
    reader.require("action");
    reader.choice("action", record.action);
    reader.choice("result", record.result);
    reader.text("error", record.error);
    reader.integer("uid", record.actor.uid);
    reader.choice("via", record.actor.via);
    reader.text("token", record.actor.token);
    reader.text("instance", record.instance);
    reader.text("name", record.name);
    reader.text("profile", record.profile);
    reader.text("server", record.server);
    reader.integer("job", record.job);
    reader.text("session", record.session);
    reader.integer("count", record.count);
    reader.text("reason", record.reason);
    return record;
}

void decode_scopes(ObjectReader& reader, std::vector<Scope>& target) {
    std::vector<std::string> names;
    reader.required_texts("scopes", names);
    for (const std::string& name : names) {
        if (const auto scope = parse_enum<Scope>(name)) {
            target.push_back(*scope);
        } else {
            reader.refuse("scopes", std::format("{} is no scope", name), "one of: " + spellings<Scope>());
        }
    }
}

Token decode_token(const json& value, Mistake& mistake) {
    Token token;
    ObjectReader reader(value, "",
                        {"name", "scopes", "profiles", "hash", "createdBy", "createdAt", "expiresAt", "lastUsedAt"},
                        mistake);
    reader.required_text("name", token.name);
    decode_scopes(reader, token.scopes);
    reader.texts("profiles", token.profiles);
    reader.required_text("hash", token.hash);
    reader.integer("createdBy", token.created_by);
    reader.integer("createdAt", token.created_at);
    reader.integer("expiresAt", token.expires_at);
    reader.integer("lastUsedAt", token.last_used_at);
    return token;
}

json public_part(const Token& token) {
    json scopes = json::array();
    for (const Scope scope : token.scopes) {
        scopes.push_back(spelt(scope));
    }
    return {{"name", token.name},
            {"scopes", std::move(scopes)},
            {"profiles", token.profiles},
            {"createdBy", token.created_by},
            {"createdAt", token.created_at},
            {"expiresAt", token.expires_at},
            {"lastUsedAt", token.last_used_at}};
}

json encode_error(const Error& error) {
    return {{"code", name_of(error.code)}, {"reason", error.reason}, {"field", error.field}, {"hint", error.hint}};
}

template <class Decode>
auto parse_record(std::string_view text, Decode decode) {
    Mistake mistake;
    using Record = decltype(decode(json(), mistake));
    return parse_document(text, max_record_bytes).and_then([&](const json& document) -> Result<Record> {
        Record record = decode(document, mistake);
        if (mistake) {
            return std::unexpected(*std::move(mistake));
        }
        return record;
    });
}

}  // namespace

Result<Instance> parse_instance(std::string_view text) {
    return parse_record(text, decode_instance);
}

Result<InstanceConfig> parse_instance_config(std::string_view text) {
    return parse_record(text, [](const json& value, Mistake& mistake) { return decode_config(value, "", mistake); });
}

Result<Job> parse_job(std::string_view text) {
    return parse_record(text, decode_job);
}

Result<AuditRecord> parse_audit_record(std::string_view text) {
    return parse_record(text, decode_audit_record);
}

Result<Token> parse_token(std::string_view text) {
    return parse_record(text, decode_token);
}

Result<Error> parse_error(std::string_view text) {
    return parse_record(text, [](const json& value, Mistake& mistake) { return decode_error(value, "", mistake); });
}

std::string to_json(const Token& token) {
    json record = public_part(token);
    record["hash"] = token.hash;
    return write_document(record);
}

std::string to_public_json(std::span<const Token> tokens) {
    json list = json::array();
    for (const Token& token : tokens) {
        list.push_back(public_part(token));
    }
    return write_document(list);
}

std::string to_public_json(std::span<const SecretInfo> secrets) {
    json list = json::array();
    for (const SecretInfo& secret : secrets) {
        list.push_back({{"name", secret.name}, {"setAt", secret.set_at}, {"usedBy", secret.used_by}});
    }
    return write_document(list);
}

std::string to_public_json(const Token& token) {
    return write_document(public_part(token));
}

std::string to_json(const Instance& instance) {
    return write_document({{"id", instance.id.text()},
                           {"name", instance.name},
                           {"config", encode(instance.config)},
                           {"desired", spelt(instance.desired)},
                           {"state", spelt(instance.state)},
                           {"generation", instance.generation},
                           {"runtimeId", instance.runtime_id},
                           {"imageId", instance.image_id},
                           {"port", instance.port},
                           {"reason", {{"code", spelt(instance.reason.code)}, {"text", instance.reason.text}}},
                           {"failureLog", instance.failure_log},
                           {"restarts", instance.restarts},
                           {"createdAt", instance.created_at},
                           {"startedAt", instance.started_at}});
}

std::string to_json(const Job& job) {
    json record = {{"id", job.id},
                   {"kind", spelt(job.kind)},
                   {"instance", job.instance.text()},
                   {"state", spelt(job.state)},
                   {"progress", job.progress},
                   {"lastLines", job.last_lines},
                   {"drainTimeout", format_duration(job.drain_timeout)},
                   {"oldGeneration", job.old_generation},
                   {"createdAt", job.created_at},
                   {"finishedAt", job.finished_at}};
    if (job.error) {
        record["error"] = encode_error(*job.error);
    }
    return write_document(record);
}

std::string to_json(const AuditRecord& record) {
    return write_document({{"time", record.time},
                           {"action", spelt(record.action)},
                           {"result", spelt(record.result)},
                           {"error", record.error},
                           {"uid", record.actor.uid},
                           {"via", spelt(record.actor.via)},
                           {"token", record.actor.token},
                           {"instance", record.instance},
                           {"name", record.name},
                           {"profile", record.profile},
                           {"server", record.server},
                           {"job", record.job},
                           {"session", record.session},
                           {"count", record.count},
                           {"reason", record.reason}});
}

std::string to_json(const Error& error) {
    return write_document(encode_error(error));
}

}  // namespace mcpctl
