#include "http-bridge/agent_watch.hpp"

#include <sdbus-c++/Message.h>

#include <format>
#include <nlohmann/json.hpp>
#include <utility>

#include "ctl/output/json.hpp"
#include "dbus/name_watch.hpp"
#include "dbus/peer.hpp"
#include "http-bridge/find_agent.hpp"
#include "http-bridge/instance_json.hpp"

namespace mcpctl::http_bridge {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds connect_deadline{5};
constexpr std::chrono::seconds answer_deadline{25};
// Who is further behind begins anew with everything.
constexpr std::size_t most_changes = 1024;

// instance, job, profile or server; empty for the root.
std::string kind_of(const std::string& path) {
    const std::size_t begin = dbus::root_path.size() + 1;
    const std::size_t end = path.find('/', std::min(begin, path.size()));
    return end == std::string::npos ? std::string() : path.substr(begin, end - begin);
}

std::string interface_of(const std::string& kind) {
    return kind == "instance"  ? std::string(dbus::instance_interface)
           : kind == "job"     ? std::string(dbus::job_interface)
           : kind == "profile" ? std::string(dbus::profile_interface)
           : kind == "server"  ? std::string(dbus::server_interface)
                               : std::string();
}

std::string text_of(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// JSON that tells of its end.
std::string last_words_of(const Mirrored& gone) {
    const Json words = std::visit(
        [](const auto& info) {
            using Info = std::remove_cvref_t<decltype(info)>;
            if constexpr (std::is_same_v<Info, ctl::InstanceInfo>) {
                return Json{{"id", info.id}, {"name", info.name}};
            } else if constexpr (std::is_same_v<Info, ctl::JobInfo>) {
                return Json{{"id", info.id}};
            } else {
                return Json{{"name", info.name}};
            }
        },
        gone.info);
    return text_of(words);
}

}  // namespace

bool is_visible(const std::optional<std::string>& profile, const TokenView& token) {
    return token.profiles.empty() || (profile && token.reaches(*profile));
}

AgentWatch::AgentWatch(std::unique_ptr<sdbus::IConnection> connection, const asio::any_io_executor& executor,
                       Telemetry& telemetry, TokenRevoked token_revoked)
    : telemetry_(telemetry),
      token_revoked_(std::move(token_revoked)),
      loop_(std::move(connection), executor, [this] { end_here(); }) {}

Task<Result<std::shared_ptr<AgentWatch>>> AgentWatch::open(Telemetry& telemetry, TokenRevoked token_revoked) {
    auto connection = co_await dbus::connect_system_bus(connect_deadline);
    if (!connection) {
        co_return fail(ErrorCode::Unavailable, "the system bus cannot be reached: " + connection.error().reason);
    }
    const auto executor = co_await asio::this_coro::executor;
    const std::shared_ptr<AgentWatch> watch(
        new AgentWatch(*std::move(connection), executor, telemetry, std::move(token_revoked)));
    watch->loop_.start();
    if (auto begun = co_await watch->begin(); !begun) {
        co_return std::unexpected(begun.error());
    }
    spawn_detached(executor, "watching the agent", keep_up(watch));
    co_return watch;
}

Task<Result<void>> AgentWatch::begin() {
    auto agent = co_await find_agent(loop_.connection());
    if (!agent) {
        co_return std::unexpected(agent.error());
    }
    agent_ = *std::move(agent);
    listen();
    const auto root = sdbus::createProxy(loop_.connection(), sdbus::ServiceName(agent_),
                                         sdbus::ObjectPath(std::string(dbus::root_path)));
    const auto objects = co_await dbus::call<ctl::ManagedObjects>(*root, "org.freedesktop.DBus.ObjectManager",
                                                                  "GetManagedObjects", answer_deadline);
    if (!objects) {
        co_return std::unexpected(objects.error());
    }
    // Instances first: jobs belong to their profiles.
    for (const std::string kind : {"instance", "job", "profile", "server"}) {
        for (const auto& [path, interfaces] : *objects) {
            const auto found = interfaces.find(interface_of(kind));
            if (kind_of(path) == kind && found != interfaces.end()) {
                known_.insert_or_assign(std::string(path), mirrored(path, kind, found->second));
            }
        }
    }
    co_return Result<void>();
}

void AgentWatch::listen_to(const std::string& rule, std::function<void(sdbus::Message&)> handler) {
    slots_.push_back(loop_.connection().addMatchAsync(
        std::format("type='signal',sender='{}',{}", agent_, rule),
        [handler = std::move(handler)](sdbus::Message message) { handler(message); },
        [](const sdbus::Message& /*installed*/) {}, sdbus::return_slot));
}

void AgentWatch::listen() {
    const std::string root(dbus::root_path);
    listen_to("interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',path_namespace='" + root + "'",
              [this](sdbus::Message& message) { touch(message.getPath()); });
    listen_to("interface='org.freedesktop.DBus.ObjectManager',path='" + root + "'", [this](sdbus::Message& message) {
        sdbus::ObjectPath path;
        message >> path;
        touch(std::string(path));
    });
    for (const std::string member : {"JobNew", "JobRemoved"}) {
        listen_to(std::format("interface='{}',member='{}'", dbus::manager_interface, member),
                  [this](sdbus::Message& message) {
                      std::uint64_t id = 0;
                      sdbus::ObjectPath path;
                      message >> id >> path;
                      touch(std::string(path));
                  });
    }
    listen_to(std::format("interface='{}',member='TokenRevoked'", dbus::manager_interface),
              [this](sdbus::Message& message) {
                  std::string name;
                  message >> name;
                  token_revoked_(name);
              });
    slots_.push_back(dbus::when_name_vanishes(loop_.connection(), agent_, [this] { end_here(); }));
}

void AgentWatch::touch(std::string path) {
    if (waiting_.insert(path).second) {
        touched_.push_back(std::move(path));
        ++touches_;
        touched_something_.notify();
    }
}

void AgentWatch::end_here() {
    usable_ = false;
    touched_something_.notify();
    looked_.notify();
    asked_.notify();
    changed_.notify();
}

Task<void> AgentWatch::keep_up(std::shared_ptr<AgentWatch> self) {
    while (self->usable_) {
        if (self->touched_.empty()) {
            co_await self->touched_something_.wait_until(Clock::time_point::max());
            continue;
        }
        std::string path = std::move(self->touched_.front());
        self->touched_.pop_front();
        self->waiting_.erase(path);
        co_await self->look_at(std::move(path));
        ++self->looks_;
        self->looked_.notify();
    }
}

Task<bool> AgentWatch::catch_up() {
    const auto self = shared_from_this();
    const std::uint64_t wish = ++wishes_;
    while (usable_ && granted_ < wish) {
        if (asking_) {
            co_await asked_.wait_until(Clock::time_point::max(), asked_.count());
            continue;
        }
        asking_ = true;
        const std::uint64_t wishes = wishes_;
        const bool all_is_here = co_await ask_whether_all_is_here();
        asking_ = false;
        if (all_is_here) {
            granted_ = wishes;
        } else {
            end_here();
        }
        asked_.notify();
    }
    co_return usable_;
}

// The bus delivers what the agent sends in order: behind its answer, every signal of what it did before is here.
Task<bool> AgentWatch::ask_whether_all_is_here() {
    const auto proxy = sdbus::createProxy(loop_.connection(), sdbus::ServiceName(agent_),
                                          sdbus::ObjectPath(std::string(dbus::root_path)));
    const auto answer = co_await dbus::call<>(*proxy, "org.freedesktop.DBus.Peer", "Ping", answer_deadline);
    const std::uint64_t touches = touches_;
    while (answer && usable_ && looks_ < touches) {
        co_await looked_.wait_until(Clock::time_point::max(), looked_.count());
    }
    co_return answer.has_value();
}

Task<void> AgentWatch::look_at(std::string path) {
    const std::string kind = kind_of(path);
    if (interface_of(kind).empty()) {
        co_return;
    }
    const auto proxy = sdbus::createProxy(loop_.connection(), sdbus::ServiceName(agent_), sdbus::ObjectPath(path));
    const auto properties = co_await dbus::call<Properties>(*proxy, "org.freedesktop.DBus.Properties", "GetAll",
                                                            answer_deadline, interface_of(kind));
    if (properties) {
        replace(path, mirrored(path, kind, *properties));
    } else if (properties.error().code == ErrorCode::NotFound) {
        forget(path);
    }
}

Mirrored AgentWatch::mirrored(const std::string& path, const std::string& kind, const Properties& properties) {
    if (kind == "instance") {
        auto instance = ctl::instance_from(path, properties);
        std::string json = text_of(instance_json(instance));
        auto profile = instance.profile;
        return {.info = std::move(instance), .json = std::move(json), .profile = std::move(profile)};
    }
    if (kind == "profile") {
        auto profile = ctl::profile_from(properties);
        std::string json = text_of(ctl::to_json(profile));
        auto name = profile.name;
        return {.info = std::move(profile), .json = std::move(json), .profile = std::move(name)};
    }
    if (kind == "server") {
        auto server = ctl::server_from(properties);
        std::string json = text_of(ctl::to_json(server));
        return {.info = std::move(server), .json = std::move(json), .profile = std::nullopt};
    }
    auto job = ctl::job_from(path, properties);
    std::string json = text_of(ctl::to_json(job));
    auto profile = profile_of(path, job);
    return {.info = std::move(job), .json = std::move(json), .profile = std::move(profile)};
}

// Of an instance that is gone it was known while that was there.
std::optional<std::string> AgentWatch::profile_of(const std::string& path, const ctl::JobInfo& job) const {
    if (const auto before = known_.find(path); before != known_.end()) {
        return before->second.profile;
    }
    std::string hex = job.instance_id;
    std::erase(hex, '-');
    const auto* const instance = find<ctl::InstanceInfo>(dbus::instance_path(hex));
    return instance == nullptr ? std::nullopt : std::optional(instance->profile);
}

void AgentWatch::replace(const std::string& path, Mirrored fresh) {
    const auto before = known_.find(path);
    if (before != known_.end() && before->second.json == fresh.json) {
        return;
    }
    const auto* const job = std::get_if<ctl::JobInfo>(&fresh.info);
    const auto* const job_before = find<ctl::JobInfo>(path);
    if (job != nullptr && job->ended() && (job_before == nullptr || !job_before->ended())) {
        telemetry_.job_ended(*job);
    }
    tell({.name = kind_of(path), .data = fresh.json, .profile = fresh.profile});
    known_.insert_or_assign(path, std::move(fresh));
}

void AgentWatch::forget(const std::string& path) {
    const auto gone = known_.extract(path);
    if (!gone.empty() && !std::holds_alternative<ctl::JobInfo>(gone.mapped().info)) {
        tell({.name = kind_of(path) + "-removed",
              .data = last_words_of(gone.mapped()),
              .profile = gone.mapped().profile});
    }
}

void AgentWatch::tell(Change change) {
    changes_.push_back(std::move(change));
    ++end_;
    if (changes_.size() > most_changes) {
        changes_.pop_front();
    }
    changed_.notify();
}

std::string AgentWatch::snapshot(const TokenView& token) const {
    std::map<std::string, std::string> lists{{"instance", ""}, {"job", ""}, {"profile", ""}, {"server", ""}};
    for (const auto& [path, known] : known_) {
        if (is_visible(known.profile, token)) {
            std::string& list = lists[kind_of(path)];
            list.append(list.empty() ? "" : ",").append(known.json);
        }
    }
    return std::format(R"({{"instances":[{}],"jobs":[{}],"profiles":[{}],"servers":[{}]}})", lists["instance"],
                       lists["job"], lists["profile"], lists["server"]);
}

Task<Result<std::shared_ptr<AgentWatch>>> AgentWatches::current() {
    while (opening_) {
        co_await opened_.wait_until(Clock::time_point::max());
    }
    if (watch_ && watch_->usable()) {
        co_return watch_;
    }
    opening_ = true;
    watch_.reset();
    auto opened = co_await AgentWatch::open(telemetry_, token_revoked_);
    opening_ = false;
    opened_.notify();
    if (opened) {
        watch_ = *opened;
    }
    co_return opened;
}

}  // namespace mcpctl::http_bridge
