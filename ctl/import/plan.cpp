#include "ctl/import/plan.hpp"

#include <algorithm>
#include <format>

#include "ctl/import/names.hpp"
#include "ctl/import/sources.hpp"
#include "ctl/suggest.hpp"

namespace mcpctl::ctl {
namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += text.empty() ? word : ", " + word;
    }
    return text;
}

// github-token for GITHUB_TOKEN of github, github-api-key for API_KEY.
std::string secret_name(const std::string& server, const std::string& variable) {
    const std::string name = plain_name(variable);
    return name.starts_with(server + "-") ? name : server + "-" + name;
}

// Variables of the environment, and files of such, may hold any bytes. JSON may not.
bool is_text(const Planned& planned) {
    try {
        (void)planned.server.dump();
        (void)Json(planned.profiles).dump();
        return true;
    } catch (const Json::exception&) {
        return false;
    }
}

// Why a server cannot be replaced; the agent would refuse it in the middle.
std::optional<Error> in_use(const std::string& name, const Existing& existing) {
    for (const auto& [profile, server] : existing.profiles) {
        if (server != name) {
            continue;
        }
        if (const auto users = existing.instances.find(profile); users != existing.instances.end()) {
            return Error{ErrorCode::InUse,
                         std::format("server {} is used by the instances {}", name, joined(users->second)), name,
                         std::format("stop them first: mcpctl stop {}", users->second.front())};
        }
        if (profile != name) {
            return Error{ErrorCode::InUse, std::format("server {} is used by the profile {}", name, profile), name,
                         std::format("remove it first: mcpctl profile remove {}", profile)};
        }
    }
    return std::nullopt;
}

class Planner {
  public:
    Planner(const Source& source, const Machine& machine, const Existing& existing, const Answers& answers,
            const Selection& selection)
        : source_(source), machine_(machine), existing_(existing), answers_(answers), selection_(selection) {}

    Result<Plan> run() {
        plan_entries();
        for (const Defined& defined : source_.definitions) {
            plan_definition(defined);
        }
        for (const std::string& name : selection_.only) {
            if (!used_selection_.contains(name)) {
                const auto suggestion = nearest(name, offered_);
                return fail(ErrorCode::NotFound, std::format("the file has no server {}", name), "--only",
                            suggestion ? std::format("did you mean '{}'?", *suggestion)
                                       : std::format("it has {}", joined(offered_)));
            }
        }
        return std::move(plan_);
    }

  private:
    bool is_selected(const std::string& from, const std::string& name) {
        offered_.push_back(from);
        bool selected = selection_.only.empty();
        for (const std::string& wanted : selection_.only) {
            if (wanted == from || wanted == name) {
                used_selection_.insert(wanted);
                selected = true;
            }
        }
        return selected;
    }

    void plan_entries() {
        std::set<std::string> names;
        for (const Entry& entry : source_.entries) {
            const std::string name = unique_name(entry.name, names);
            if (!is_selected(entry.name, name)) {
                continue;
            }
            Planned planned = plan_entry(entry, name, source_, machine_, answers_, missing_);
            if (planned.changes() && !is_text(planned)) {
                planned.step = Step::skip;
                planned.reason = "it would hold bytes that are not valid UTF-8";
            }
            if (planned.changes()) {
                if (name != entry.name) {
                    planned.notes.push_back(std::format("called {} in the file", entry.name));
                }
                name_secrets(planned);
                settle(planned);
            }
            finish(std::move(planned));
        }
    }

    void plan_definition(const Defined& defined) {
        Planned planned;
        planned.name = planned.from = text_in(defined.server, "name");
        if (!is_selected(planned.name, planned.name)) {
            return;
        }
        planned.server = defined.server;
        planned.profiles = defined.profiles;
        planned.complete = true;
        for (const std::string& secret : secrets_used(planned)) {
            if (!existing_.secrets.contains(secret)) {
                planned.notes.push_back(std::format("its secret is not set: mcpctl secret set {}", secret));
            }
        }
        settle(planned);
        finish(std::move(planned));
    }

    static std::set<std::string> secrets_used(const Planned& planned) {
        std::set<std::string> names;
        std::vector<Json> owners = planned.profiles;
        owners.push_back(planned.server);
        for (const Json& owner : owners) {
            if (!owner.contains("secrets") || !owner["secrets"].is_array()) {
                continue;
            }
            for (const Json& secret : owner["secrets"]) {
                if (secret.is_object()) {
                    names.insert(text_in(secret, "name"));
                }
            }
        }
        return names;
    }

    // The secret that the server here has for this variable keeps its name.
    [[nodiscard]] std::string name_here(const Planned& planned, const std::string& variable) const {
        if (!existing_.servers.contains(planned.name)) {
            return {};
        }
        const auto server = existing_.server_definition(planned.name);
        if (server && server->contains("secrets")) {
            for (const Json& secret : (*server)["secrets"]) {
                if (text_in(secret, "env") == variable) {
                    return text_in(secret, "name");
                }
            }
        }
        return {};
    }

    void name_secrets(Planned& planned) {
        std::set<std::string> taken = existing_.secrets;
        taken.insert(secret_names_.begin(), secret_names_.end());
        for (PlannedSecret& secret : planned.secrets) {
            secret.name = name_here(planned, secret.variable);
            if (secret.name.empty()) {
                secret.name = unique_name(secret_name(planned.name, secret.variable), taken);
            }
            secret.replaces = existing_.secrets.contains(secret.name);
            secret_names_.insert(secret.name);
            planned.server["secrets"].push_back({{"name", secret.name}, {"env", secret.variable}});
        }
    }

    // What follows from what is here already.
    void settle(Planned& planned) {
        const std::string& name = planned.name;
        const auto set_aside = [&planned](Step step, std::string reason) {
            planned.step = step;
            planned.reason = std::move(reason);
        };
        if (!existing_.servers.contains(name)) {
            const auto profile = existing_.profiles.find(name);
            if (profile != existing_.profiles.end()) {
                set_aside(Step::skip, std::format("a profile of the server {} has its name", profile->second));
            }
            return;
        }
        if (is_the_same(planned) && !(selection_.replace && !planned.secrets.empty())) {
            set_aside(Step::keep, "it is defined here, and the same");
        } else if (!selection_.replace) {
            set_aside(Step::skip,
                      "a server of its name is defined here, and differs: --replace puts this in its place");
        } else {
            planned.step = Step::replace;
            if (auto refusal = in_use(name, existing_)) {
                plan_.refusals.push_back(*std::move(refusal));
            }
        }
    }

    [[nodiscard]] bool is_the_same(const Planned& planned) const {
        const auto server = existing_.server_definition(planned.name);
        if (!server || !same_server(planned.server, *server)) {
            return false;
        }
        const auto same = [&](const Json& wanted) {
            const std::string name = text_in(wanted, "name");
            const auto profile = existing_.profiles.contains(name) ? existing_.profile_definition(name) : std::nullopt;
            return profile && same_profile(wanted, *profile);
        };
        const auto count = std::ranges::count_if(existing_.profiles,
                                                 [&](const auto& profile) { return profile.second == planned.name; });
        const bool all_there = !planned.complete || std::size_t(count) == planned.profiles.size();
        return all_there && std::ranges::all_of(planned.profiles, same);
    }

    // Nobody is asked for what is not needed.
    void finish(Planned planned) {
        if (planned.changes()) {
            plan_.missing.insert(plan_.missing.end(), missing_.begin(), missing_.end());
        }
        missing_.clear();
        plan_.servers.push_back(std::move(planned));
    }

    const Source& source_;
    const Machine& machine_;
    const Existing& existing_;
    const Answers& answers_;
    const Selection& selection_;
    Plan plan_;
    std::vector<Missing> missing_;  // of the entry at hand
    std::set<std::string> secret_names_;
    std::vector<std::string> offered_;
    std::set<std::string> used_selection_;
};

}  // namespace

Result<Plan> plan_import(const Source& source, const Machine& machine, const Existing& existing, const Answers& answers,
                         const Selection& selection) {
    return Planner(source, machine, existing, answers, selection).run();
}

}  // namespace mcpctl::ctl
