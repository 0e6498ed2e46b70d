#include "http-bridge/agent_link.hpp"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "dbus/name_watch.hpp"
#include "dbus/peer.hpp"
#include "http-bridge/find_agent.hpp"

namespace mcpctl::http_bridge {
namespace {

constexpr std::chrono::seconds connect_deadline{5};
constexpr std::size_t most_jobs = 1000;
const std::string manager_name(dbus::manager_interface);

Result<TokenView> token_from(const std::string& text) {
    try {
        const auto json = nlohmann::json::parse(text);
        return TokenView{.name = json.at("name"),
                         .scopes = json.at("scopes"),
                         .profiles = json.at("profiles"),
                         .expires_at = json.at("expiresAt")};
    } catch (const nlohmann::json::exception&) {
        return fail(ErrorCode::Internal, "the agent's answer has an unknown form", {},
                    "the bridge and the agent may be of different versions");
    }
}

std::uint64_t microseconds_now() {
    using std::chrono::duration_cast, std::chrono::microseconds, std::chrono::system_clock;
    return std::uint64_t(duration_cast<microseconds>(system_clock::now().time_since_epoch()).count());
}

}  // namespace

bool TokenView::has(std::string_view scope) const {
    return std::ranges::contains(scopes, scope);
}

bool TokenView::reaches(std::string_view profile) const {
    return profiles.empty() || std::ranges::contains(profiles, profile);
}

AgentLink::AgentLink(std::unique_ptr<sdbus::IConnection> connection, const asio::any_io_executor& executor)
    : loop_(std::move(connection), executor, [this] { agent_goes(); }) {}

AgentLink::~AgentLink() = default;

Task<Result<std::shared_ptr<AgentLink>>> AgentLink::open(std::string token) {
    auto connection = co_await dbus::connect_system_bus(connect_deadline);
    if (!connection) {
        ::explicit_bzero(token.data(), token.size());
        co_return fail(ErrorCode::Unavailable, "the system bus cannot be reached: " + connection.error().reason);
    }
    const std::shared_ptr<AgentLink> link(new AgentLink(*std::move(connection), co_await asio::this_coro::executor));
    link->loop_.start();
    if (auto shown = co_await link->authenticate(std::move(token)); !shown) {
        co_return std::unexpected(shown.error());
    }
    if (!link->usable()) {
        co_return fail(ErrorCode::Unavailable, "the agent left, or a token was revoked, while this one was shown", {},
                       "try again");
    }
    co_return link;
}

Task<Result<void>> AgentLink::authenticate(std::string token) {
    auto agent = co_await find_agent(loop_.connection());
    if (!agent) {
        co_return std::unexpected(agent.error());
    }
    agent_ = *std::move(agent);
    listen();
    const auto info =
        co_await dbus::call<std::string>(*manager_, manager_name, "Authenticate", answer_timeout, token, Properties());
    ::explicit_bzero(token.data(), token.size());
    if (!info) {
        co_return std::unexpected(info.error());
    }
    auto view = token_from(*info);
    if (!view) {
        co_return std::unexpected(view.error());
    }
    token_ = *std::move(view);
    co_return Result<void>();
}

// Before the token is shown: no revocation can be missed.
void AgentLink::listen() {
    manager_ = sdbus::createProxy(loop_.connection(), sdbus::ServiceName(agent_),
                                  sdbus::ObjectPath(std::string(dbus::root_path)));
    manager_->uponSignal("TokenRevoked").onInterface(manager_name).call([this](const std::string& name) {
        token_revoked(name);
    });
    manager_->uponSignal("JobRemoved")
        .onInterface(manager_name)
        .call([this](std::uint64_t, const sdbus::ObjectPath&, const sdbus::ObjectPath&, const std::string&,
                     const std::string&, const std::string&) { job_ended_.notify(); });
    watch_ = dbus::when_name_vanishes(loop_.connection(), agent_, [this] { agent_goes(); });
}

void AgentLink::agent_goes() {
    agent_left_ = true;
    job_ended_.notify();
    wake_sources();
}

void AgentLink::token_revoked(const std::string& name) {
    // As long as it is being shown, it could be this one.
    if (token_.name.empty() || name == token_.name) {
        revoked_ = true;
        wake_sources();
    }
}

void AgentLink::wake_at_end(const std::shared_ptr<EventSource>& source) {
    std::erase_if(sources_, [](const auto& each) { return each.expired(); });
    sources_.push_back(source);
}

void AgentLink::wake_sources() {
    for (const auto& each : std::exchange(sources_, {})) {
        if (const auto source = each.lock()) {
            source->wake();
        }
    }
}

bool AgentLink::token_counts() const {
    return !revoked_ && (token_.expires_at == 0 || microseconds_now() < token_.expires_at);
}

std::shared_ptr<sdbus::IProxy> AgentLink::proxy_at(const std::string& path) {
    if (path == dbus::root_path) {
        return manager_;
    }
    return sdbus::createProxy(loop_.connection(), sdbus::ServiceName(agent_), sdbus::ObjectPath(path));
}

Task<Result<Properties>> AgentLink::properties(std::string path, std::string_view interface) {
    co_return co_await call<Properties>(std::move(path), "org.freedesktop.DBus.Properties", "GetAll",
                                        std::string(interface));
}

void AgentLink::remember_job(const std::string& path) {
    if (jobs_.size() < most_jobs) {
        jobs_.insert(path);
    }
}

}  // namespace mcpctl::http_bridge
