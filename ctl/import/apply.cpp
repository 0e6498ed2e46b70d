#include "ctl/import/apply.hpp"

#include <algorithm>
#include <format>
#include <ranges>

#include "ctl/import/sources.hpp"

namespace mcpctl::ctl {
namespace {

class Application {
  public:
    Application(const Plan& plan, const AgentSteps& agent) : plan_(plan), agent_(agent) {}

    Result<void> run() {
        Result<void> done =
            each(&Application::set_new_secrets).and_then([&] { return each(&Application::define); }).and_then([&] {
                return each(&Application::set_known_secrets);
            });
        return done ? done : std::unexpected(taken_back(std::move(done.error())));
    }

  private:
    using Part = Result<void> (Application::*)(const Planned&);

    Result<void> each(Part part) {
        for (const Planned& planned : plan_.servers | std::views::filter(&Planned::changes)) {
            if (auto done = (this->*part)(planned); !done) {
                done.error().reason = std::format("{}: {}", planned.name, done.error().reason);
                return done;
            }
        }
        return {};
    }

    // One step, and how it is taken back.
    Result<void> step(const Result<void>& done, std::string what, std::function<Result<void>()> back) {
        if (!done) {
            return done;
        }
        undo_.push_back({std::move(what), std::move(back)});
        return agent_.interrupted() ? fail(ErrorCode::Canceled, "interrupted") : Result<void>();
    }

    Result<void> set(const PlannedSecret& secret) {
        return agent_.set_secret(secret.name, {secret.value.begin(), secret.value.end()});
    }

    Result<void> set_new_secrets(const Planned& planned) {
        for (const PlannedSecret& secret : planned.secrets) {
            if (secret.replaces) {
                continue;
            }
            auto done = step(set(secret), std::format("the secret {} is set", secret.name),
                             [this, name = secret.name] { return agent_.remove_secret(name); });
            if (!done) {
                return done;
            }
        }
        return {};
    }

    Result<void> set_known_secrets(const Planned& planned) {
        for (const PlannedSecret& secret : planned.secrets) {
            if (!secret.replaces) {
                continue;
            }
            auto done = step(set(secret), std::format("the secret {} has its new value", secret.name),
                             [] { return fail(ErrorCode::NotSupported, "nobody can read the old value"); });
            if (!done) {
                return done;
            }
        }
        return {};
    }

    Result<void> define(const Planned& planned) {
        const std::string& name = planned.name;
        Result<void> removed = planned.step == Step::replace ? remove_old(name) : Result<void>();
        return removed
            .and_then([&] {
                return step(agent_.add_server(planned.server.dump()), std::format("the server {} is defined", name),
                            [this, name] { return agent_.remove_server(name); });
            })
            .and_then([&] { return define_profiles(planned); });
    }

    Result<void> remove_old(const std::string& name) {
        auto server = agent_.server_definition(name);
        if (!server) {
            return std::unexpected(std::move(server.error()));
        }
        const auto profile = agent_.profile_definition(name);
        if (!profile && profile.error().code != ErrorCode::NotFound) {
            return std::unexpected(profile.error());
        }
        return step(
            agent_.remove_server(name), std::format("the old definition of the server {} is gone", name),
            [this, name, server = *std::move(server), profile = profile.value_or("")] {
                return agent_.add_server(server).and_then([&] { return agent_.remove_profile(name); }).and_then([&] {
                    return profile.empty() ? Result<void>() : agent_.add_profile(profile);
                });
            });
    }

    // The agent has made a profile of the server's name. It goes with the server when that is taken back.
    Result<void> define_profiles(const Planned& planned) {
        if (planned.profiles.empty() && !planned.complete) {
            return {};
        }
        if (auto removed = agent_.remove_profile(planned.name); !removed) {
            return removed;
        }
        for (const Json& profile : planned.profiles) {
            const std::string name = text_in(profile, "name");
            auto done = step(agent_.add_profile(profile.dump()), std::format("the profile {} is defined", name),
                             [this, name, own = name == planned.name] {
                                 return own ? Result<void>() : agent_.remove_profile(name);
                             });
            if (!done) {
                return done;
            }
        }
        return {};
    }

    Error taken_back(Error error) {
        std::string left;
        for (const auto& [what, back] : undo_ | std::views::reverse) {
            if (const auto done = back(); !done) {
                left += std::format("{}{} ({})", left.empty() ? "" : "; ", what, done.error().reason);
            }
        }
        error.hint += error.hint.empty() ? "" : "; ";
        error.hint += left.empty() ? "nothing was changed" : std::format("what could not be taken back: {}", left);
        return error;
    }

    struct Undo {
        std::string what;
        std::function<Result<void>()> back;
    };

    const Plan& plan_;
    const AgentSteps& agent_;
    std::vector<Undo> undo_;
};

}  // namespace

Result<void> apply_plan(const Plan& plan, const AgentSteps& agent) {
    return Application(plan, agent).run();
}

}  // namespace mcpctl::ctl
