#include "ctl/import/plan_text.hpp"

#include <algorithm>
#include <format>

#include "ctl/output/table.hpp"
#include "ctl/output/visible_text.hpp"

namespace mcpctl::ctl {
namespace {

std::string word_for(Step step) {
    switch (step) {
        case Step::add:
            return "add";
        case Step::replace:
            return "replace";
        case Step::keep:
            return "keep";
        case Step::skip:
            break;
    }
    return "skip";
}

Colour colour_for(Step step) {
    switch (step) {
        case Step::add:
        case Step::replace:
            return Colour::green;
        case Step::keep:
            return Colour::none;
        case Step::skip:
            break;
    }
    return Colour::yellow;
}

std::string what_it_runs(const Json& server) {
    if (!server.contains("run") || !server["run"].is_object()) {
        return "-";
    }
    std::string text;
    for (const char* key : {"command", "image", "args"}) {
        const Json& run = server["run"];
        const Json part = run.contains(key) ? run[key] : Json();
        for (const Json& word : part.is_array() ? part : Json::array({part})) {
            text += word.is_string() ? (text.empty() ? "" : " ") + word.get<std::string>() : "";
        }
    }
    return text;
}

}  // namespace

std::string plan_text(const Plan& plan, const Terminal& terminal) {
    Table table{{"NAME", "STEP", "COMMAND"}, {}};
    std::string skipped;
    std::string remarks;
    for (const Planned& planned : plan.servers) {
        const std::string& shown = planned.changes() ? planned.name : planned.from;
        table.rows.push_back({{shown},
                              {word_for(planned.step), colour_for(planned.step)},
                              {planned.step == Step::skip ? "-" : what_it_runs(planned.server)}});
        const std::string label = visible_text(shown);
        if (!planned.changes()) {
            skipped += std::format("  {}: {}\n", label, visible_text(planned.reason));
            continue;
        }
        for (const PlannedSecret& secret : planned.secrets) {
            remarks += std::format("  {}: {} becomes the secret {}, stored encrypted\n", label,
                                   visible_text(secret.variable), secret.name);
        }
        for (const std::string& note : planned.notes) {
            remarks += std::format("  {}: {}\n", label, visible_text(note));
        }
    }
    std::string text = layout(std::move(table), terminal);
    text += skipped.empty() ? "" : "Left out:\n" + skipped;
    text += remarks.empty() ? "" : "To know:\n" + remarks;
    return text;
}

Json plan_json(const Plan& plan) {
    Json servers = Json::array();
    for (const Planned& planned : plan.servers) {
        Json entry{{"name", planned.name}, {"from", planned.from}, {"step", word_for(planned.step)}};
        if (planned.changes()) {
            entry["server"] = planned.server;
            entry["profiles"] = planned.profiles;
        } else {
            entry["reason"] = planned.reason;
        }
        Json& secrets = entry["secrets"] = Json::array();
        for (const PlannedSecret& secret : planned.secrets) {
            Json& element = secrets.emplace_back(Json::object());
            element["name"] = secret.name;
            element["env"] = secret.variable;
        }
        entry["notes"] = planned.notes;
        servers.push_back(std::move(entry));
    }
    Json missing = Json::array();
    for (const Missing& wanted : plan.missing) {
        Json& element = missing.emplace_back(Json::object());
        element["server"] = wanted.server;
        element["what"] = wanted.what;
        element["variable"] = wanted.variable;
        element["secret"] = wanted.secret;
    }
    Json refused = Json::array();
    for (const Error& error : plan.refusals) {
        refused.push_back(error.reason);
    }
    Json document = Json::object();
    document["servers"] = std::move(servers);
    document["missing"] = std::move(missing);
    document["refused"] = std::move(refused);
    return document;
}

std::string amount_text(const Plan& plan) {
    std::size_t servers = 0;
    std::size_t secrets = 0;
    for (const Planned& planned : plan.servers) {
        servers += planned.changes() ? 1 : 0;
        secrets += planned.changes() ? planned.secrets.size() : 0;
    }
    std::string text = std::format("{} server{}", servers, servers == 1 ? "" : "s");
    if (secrets > 0) {
        text += std::format(" and {} secret{}", secrets, secrets == 1 ? "" : "s");
    }
    return text;
}

}  // namespace mcpctl::ctl
