// BusClient: every change of what the agent shows to everybody.
//
// A signal is a hint: what is true is read anew.
#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "ctl/bus_client.hpp"
#include "ctl/caller.hpp"
#include "ctl/decode.hpp"
#include "ctl/output/json.hpp"
#include "dbus/names.hpp"

namespace mcpctl::ctl {
namespace {

using Json = nlohmann::ordered_json;

struct Kind {
    std::string_view name;
    std::string_view interface;
    Json (*decode)(const std::string& path, const Properties& properties);
    std::array<const char*, 2> identity;  // what is told of one that is gone
};

constexpr std::array kinds{
    Kind{"instance",
         dbus::instance_interface,
         [](const std::string& path, const Properties& properties) { return to_json(instance_from(path, properties)); },
         {"id", "name"}},
    Kind{"job",
         dbus::job_interface,
         [](const std::string& path, const Properties& properties) { return to_json(job_from(path, properties)); },
         {"id", "id"}},
    Kind{"profile",
         dbus::profile_interface,
         [](const std::string&, const Properties& properties) { return to_json(profile_from(properties)); },
         {"name", "name"}},
    Kind{"server",
         dbus::server_interface,
         [](const std::string&, const Properties& properties) { return to_json(server_from(properties)); },
         {"name", "name"}},
};

// Of "/org/mcpctl/Agent1/KIND/…"; null for others.
const Kind* kind_of(std::string_view path) {
    if (!path.starts_with(dbus::root_path) || path.size() <= dbus::root_path.size()) {
        return nullptr;
    }
    path.remove_prefix(dbus::root_path.size() + 1);
    const auto* const found = std::ranges::find(kinds, path.substr(0, path.find('/')), &Kind::name);
    return found == kinds.end() ? nullptr : found;
}

class Following {
  public:
    Following(Caller& caller, const std::function<bool(const Event&)>& take) : caller_(caller), take_(take) {}

    Result<void> run() {
        while (true) {
            auto begun = begin();
            if (!begun) {
                return caller_.was_interrupted() ? Result<void>() : std::unexpected(begun.error());
            }
            if (!take_({.name = "snapshot", .data = snapshot()}) || !follow() || !caller_.wait_for_agent()) {
                return {};
            }
        }
    }

  private:
    // Reads everything, behind a subscription that misses no change from then on.
    Result<void> begin() {
        const std::string root(dbus::root_path);
        while (true) {
            touched_.clear();
            auto subscribed = caller_.subscribe_objects([this](std::string path) { touched_.insert(std::move(path)); });
            if (!subscribed) {
                return subscribed;
            }
            auto objects = caller_.ask<ManagedObjects>(Effect::reads, root, "org.freedesktop.DBus.ObjectManager",
                                                       "GetManagedObjects");
            if (!objects) {
                return std::unexpected(std::move(objects.error()));
            }
            if (caller_.objects_subscribed()) {  // not where the question had to be repeated on a new connection
                remember(std::get<0>(*objects));
                return {};
            }
        }
    }

    void remember(const ManagedObjects& objects) {
        known_.clear();
        for (const auto& [path, interfaces] : objects) {
            const Kind* const kind = kind_of(path);
            const auto found = kind == nullptr ? interfaces.end() : interfaces.find(std::string(kind->interface));
            if (found != interfaces.end()) {
                known_.insert_or_assign(std::string(path), kind->decode(path, found->second));
            }
        }
    }

    [[nodiscard]] std::string snapshot() const {
        Json all;
        for (const Kind& kind : kinds) {
            all[std::string(kind.name) + "s"] = Json::array();
        }
        for (const auto& [path, object] : known_) {
            all[std::string(kind_of(path)->name) + "s"].push_back(object);
        }
        return all.dump(-1, ' ', false, Json::error_handler_t::replace);
    }

    // True when the agent has gone; false at the end.
    bool follow() {
        while (true) {
            switch (caller_.wait_until([this] { return !touched_.empty(); }, SteadyClock::time_point::max())) {
                case Wake::interrupted:
                    return false;
                case Wake::lost:
                case Wake::deadline:
                    return true;
                case Wake::done:
                    break;
            }
            for (const std::string& path : std::exchange(touched_, {})) {
                if (!look_at(path)) {
                    return false;
                }
            }
            if (!caller_.objects_subscribed()) {
                return true;
            }
        }
    }

    // False where nothing more is wanted.
    bool look_at(const std::string& path) {
        const Kind* const kind = kind_of(path);
        if (kind == nullptr) {
            return true;
        }
        const auto properties = caller_.ask<Properties>(Effect::reads, path, "org.freedesktop.DBus.Properties",
                                                        "GetAll", std::string(kind->interface));
        if (properties) {
            return replace(path, *kind, kind->decode(path, std::get<0>(*properties)));
        }
        return properties.error().code != ErrorCode::NotFound ? !caller_.was_interrupted() : forget(path, *kind);
    }

    bool replace(const std::string& path, const Kind& kind, Json fresh) {
        Json& known = known_[path];
        if (known == fresh) {
            return true;
        }
        known = std::move(fresh);
        return tell(std::string(kind.name), known);
    }

    bool forget(const std::string& path, const Kind& kind) {
        const auto gone = known_.extract(path);
        if (gone.empty()) {
            return true;
        }
        Json words;
        for (const char* key : kind.identity) {
            words[key] = gone.mapped()[key];
        }
        return tell(std::string(kind.name) + "-removed", words);
    }

    bool tell(std::string name, const Json& data) {
        return take_({std::move(name), data.dump(-1, ' ', false, Json::error_handler_t::replace)});
    }

    Caller& caller_;
    const std::function<bool(const Event&)>& take_;
    std::map<std::string, Json> known_;  // by path
    std::set<std::string> touched_;
};

}  // namespace

Result<void> BusClient::follow_events(const std::function<bool(const Event&)>& take) {
    return Following(*caller_, take).run();
}

}  // namespace mcpctl::ctl
