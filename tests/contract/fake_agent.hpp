// An agent for tests of the client: implements the generated adaptors from memory and serves one connection on a thread
// of its own, so that the client can block as it does in life.
#pragma once

#include <fcntl.h>
#include <sdbus-c++/sdbus-c++.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"
#include "ctl/connection.hpp"
#include "dbus/errors.hpp"
#include "dbus/instance_adaptor.hpp"
#include "dbus/job_adaptor.hpp"
#include "dbus/manager_adaptor.hpp"
#include "dbus/names.hpp"

namespace mcpctl::test {

using Options = std::map<std::string, sdbus::Variant>;
inline const std::string instance_hex = "3f2a0000000040008000000000000001";

using LogReply = sdbus::Result<std::vector<std::string>, std::string, bool>;

class FakeJob final : public sdbus::AdaptorInterfaces<org::mcpctl::Agent1::Job_adaptor> {
  public:
    FakeJob(sdbus::IConnection& connection, std::uint64_t id)
        : AdaptorInterfaces(connection, sdbus::ObjectPath(dbus::job_path(id))), id_(id) {
        registerAdaptor();
    }
    ~FakeJob() { unregisterAdaptor(); }
    FakeJob(const FakeJob&) = delete;
    FakeJob& operator=(const FakeJob&) = delete;

    void advance(const std::string& step) {
        progress = step;
        changed({"Progress"});
    }
    void end(const std::string& result, const std::string& code = "", const std::string& text = "") {
        state = result;
        error = code;
        message = text;
        changed({"State", "Error", "Message"});
    }

    std::string state = "running";
    std::string progress;
    std::string error;
    std::string message;
    std::vector<std::string> last_lines;

  private:
    void changed(const std::vector<std::string>& names) {
        getObject().emitPropertiesChangedSignal(sdbus::InterfaceName(INTERFACE_NAME),
                                                std::vector<sdbus::PropertyName>(names.begin(), names.end()));
    }
    void Cancel(sdbus::Result<>&& result) override { result.returnResults(); }
    void GetLastLines(sdbus::Result<std::vector<std::string>>&& result) override { result.returnResults(last_lines); }
    std::uint64_t Id() override { return id_; }
    std::string Kind() override { return "start"; }
    sdbus::ObjectPath Instance() override { return sdbus::ObjectPath(dbus::instance_path(instance_hex)); }
    std::string State() override { return state; }
    std::string Progress() override { return progress; }
    std::string Error() override { return error; }
    std::string Message() override { return message; }
    std::uint64_t CreatedAt() override { return 1; }
    std::uint64_t FinishedAt() override { return 0; }

    std::uint64_t id_;
};

class FakeInstance final : public sdbus::AdaptorInterfaces<org::mcpctl::Agent1::Instance_adaptor> {
  public:
    explicit FakeInstance(sdbus::IConnection& connection)
        : AdaptorInterfaces(connection, sdbus::ObjectPath(dbus::instance_path(instance_hex))) {
        registerAdaptor();
    }
    ~FakeInstance() { unregisterAdaptor(); }
    FakeInstance(const FakeInstance&) = delete;
    FakeInstance& operator=(const FakeInstance&) = delete;

    std::function<sdbus::ObjectPath(Options)> on_stop;
    std::string transport = "sse";
    // The server's end of the session that was opened last, and the list of all.
    UniqueFd session;
    std::string sessions = "[]";
    std::string closed_session;
    std::string health = "{}";
    std::uint32_t asked_changes = 0;
    std::vector<Options> log_options;

  private:
    void Stop(sdbus::Result<sdbus::ObjectPath>&& result, Options options) override {
        result.returnResults(on_stop(std::move(options)));
    }
    void Restart(sdbus::Result<sdbus::ObjectPath>&& result, Options options) override {
        result.returnResults(on_stop(std::move(options)));
    }
    void GetConfiguration(sdbus::Result<std::string>&& result) override { result.returnResults("{}"); }
    void GetWorkloads(sdbus::Result<std::string>&& result) override { result.returnResults("[]"); }
    void OpenSession(sdbus::Result<sdbus::UnixFd, std::string>&& result, Options) override {
        int ends[2] = {-1, -1};
        if (transport != "stdio" || ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
            result.returnError(dbus::to_bus({ErrorCode::NotSupported, "the transport is not stdio"}));
            return;
        }
        session.reset(ends[0]);
        result.returnResults(sdbus::UnixFd(ends[1], sdbus::adopt_fd), "8c41000000000001");
    }
    void ListSessions(sdbus::Result<std::string>&& result) override { result.returnResults(sessions); }
    void CloseSession(sdbus::Result<>&& result, std::string id) override {
        closed_session = std::move(id);
        result.returnResults();
    }
    void CheckHealth(sdbus::Result<std::string>&& result) override { result.returnResults(health); }
    void GetStatistics(sdbus::Result<std::string>&& result) override { result.returnResults(health); }
    void GetHealthHistory(sdbus::Result<std::string>&& result, std::uint32_t count) override {
        asked_changes = count;
        result.returnResults(R"([{"at": 7, "readiness": "not-ready", "liveness": "dead", "reason": "exited"}])");
    }
    void GetLogs(LogReply&& result, Options options) override {
        log_options.push_back(std::move(options));
        result.returnResults(std::vector<std::string>{"{}"}, "cursor", log_options.size() < 2);
    }
    void FollowLogs(sdbus::Result<sdbus::UnixFd>&& result, Options options) override {
        log_options.push_back(std::move(options));
        int ends[2] = {-1, -1};
        if (::pipe2(ends, O_CLOEXEC) == 0) {
            ::close(ends[1]);
        }
        result.returnResults(sdbus::UnixFd(ends[0], sdbus::adopt_fd));
    }
    void GetFailureLog(sdbus::Result<std::vector<std::string>>&& result) override {
        result.returnResults(std::vector<std::string>{"last words"});
    }
    std::string Id() override { return "3f2a0000-0000-4000-8000-000000000001"; }
    std::string Name() override { return "everything"; }
    std::string Profile() override { return "everything"; }
    std::string Server() override { return "everything"; }
    std::string Runtime() override { return "systemd"; }
    std::string Engine() override { return ""; }
    std::string ImageId() override { return ""; }
    std::uint64_t UnreachableSince() override { return 0; }
    std::string Transport() override { return transport; }
    std::string State() override { return "running"; }
    std::string Desired() override { return "running"; }
    std::uint64_t Generation() override { return 3; }
    std::string RuntimeId() override { return "abc"; }
    std::string Unit() override { return "mcpctl-x-3.service"; }
    std::uint16_t Port() override { return 26270; }
    std::string Endpoint() override { return "http://127.0.0.1:26270/sse"; }
    std::string ReasonCode() override { return ""; }
    std::string Reason() override { return ""; }
    std::uint32_t Restarts() override { return 2; }
    std::string Readiness() override { return "not-ready"; }
    std::string Liveness() override { return "alive"; }
    bool Alert() override { return true; }
    std::string HealthReason() override { return "the server did not answer"; }
    std::uint64_t HealthChangedAt() override { return 4; }
    std::uint32_t Sessions() override { return 3; }
    std::uint32_t Standbys() override { return 1; }
    std::uint64_t CreatedAt() override { return 5; }
    std::uint64_t StartedAt() override { return 6; }
};

class FakeManager final
    : public sdbus::AdaptorInterfaces<org::mcpctl::Agent1::Manager_adaptor, sdbus::ObjectManager_adaptor> {
  public:
    explicit FakeManager(sdbus::IConnection& connection)
        : AdaptorInterfaces(connection, sdbus::ObjectPath(std::string(dbus::root_path))) {
        registerAdaptor();
    }
    ~FakeManager() { unregisterAdaptor(); }
    FakeManager(const FakeManager&) = delete;
    FakeManager& operator=(const FakeManager&) = delete;

    // Runs before the reply to Start is sent.
    std::function<void(std::string profile, Options)> on_start = [](const std::string&, const Options&) {};
    std::function<void()> on_get_instance = [] {};
    std::vector<Options> audit_options;
    std::map<std::string, std::string> secrets_set;

  private:
    using Path = sdbus::ObjectPath;
    static sdbus::Error not_found(const std::string& what) {
        return dbus::to_bus({ErrorCode::NotFound, "no such thing: " + what, "name", "look again"});
    }

    void AddServer(sdbus::Result<Path, Path>&& result, std::string, Options) override {
        result.returnResults(Path(dbus::server_path("a")), Path(dbus::profile_path("a")));
    }
    void RemoveServer(sdbus::Result<>&& result, std::string name, Options) override {
        result.returnError(not_found(name));
    }
    void AddProfile(sdbus::Result<Path>&& result, std::string, Options) override {
        result.returnResults(Path(dbus::profile_path("a")));
    }
    void RemoveProfile(sdbus::Result<>&& result, std::string, Options) override { result.returnResults(); }
    void Start(sdbus::Result<Path, Path>&& result, std::string profile, Options options) override {
        on_start(std::move(profile), std::move(options));
        result.returnResults(Path(dbus::instance_path(instance_hex)), Path(dbus::job_path(1)));
    }
    void CreateToken(sdbus::Result<std::string>&& result, std::string, Options) override {
        result.returnResults(std::string("mcpctl_secret"));
    }
    void RevokeToken(sdbus::Result<>&& result, std::string name, Options) override {
        result.returnError(not_found(name));
    }
    void ListTokens(sdbus::Result<std::string>&& result) override { result.returnResults(std::string("[]")); }
    void Authenticate(sdbus::Result<std::string>&& result, std::string, Options) override {
        result.returnResults(std::string("{}"));
    }
    void SetSecret(sdbus::Result<>&& result, std::string name, std::vector<std::uint8_t> value, Options) override {
        secrets_set[name] = std::string(value.begin(), value.end());
        result.returnResults();
    }
    void RemoveSecret(sdbus::Result<>&& result, std::string name, Options) override {
        result.returnError(not_found(name));
    }
    void ListSecrets(sdbus::Result<std::string>&& result) override {
        result.returnResults(std::string(R"([{"name":"api-key","setAt":7,"usedBy":["server x"]}])"));
    }
    void GetInstance(sdbus::Result<Path>&& result, std::string reference) override {
        on_get_instance();
        if (reference == "everything") {
            result.returnResults(Path(dbus::instance_path(instance_hex)));
        } else {
            result.returnError(not_found(reference));
        }
    }
    void GetLogs(LogReply&& result, std::string instance, Options) override {
        result.returnResults(std::vector<std::string>{"of " + instance}, "", false);
    }
    void GetAudit(sdbus::Result<std::vector<std::string>, std::string, bool>&& result, Options options) override {
        audit_options.push_back(std::move(options));
        result.returnResults(std::vector<std::string>{"{}"}, "cursor", false);
    }
    void FollowAudit(sdbus::Result<sdbus::UnixFd>&& result, Options options) override {
        audit_options.push_back(std::move(options));
        int ends[2] = {-1, -1};
        if (::pipe2(ends, O_CLOEXEC) == 0) {
            ::close(ends[1]);
        }
        result.returnResults(sdbus::UnixFd(ends[0], sdbus::adopt_fd));
    }
    void GetProfile(sdbus::Result<Path>&& result, std::string name) override { result.returnError(not_found(name)); }
    void GetServer(sdbus::Result<Path>&& result, std::string name) override { result.returnError(not_found(name)); }
    std::string Version() override { return "1.2.3"; }
    std::string InstallationId() override { return "00"; }
    std::vector<std::string> BusyReasons() override { return {}; }
};

class FakeAgent {
  public:
    // `setup` runs before the first message is read.
    explicit FakeAgent(const std::function<void(FakeAgent&)>& setup = [](FakeAgent&) {}) {
        int ends[2] = {-1, -1};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
            throw std::runtime_error("socketpair");
        }
        // Either side's constructor waits for the other's handshake.
        auto server = std::async(std::launch::async, [fd = ends[0]] { return sdbus::createServerBus(fd); });
        client_ = sdbus::createDirectBusConnection(ends[1]);
        server_ = server.get();
        manager = std::make_unique<FakeManager>(*server_);
        instance = std::make_unique<FakeInstance>(*server_);
        setup(*this);
        loop_ = std::thread([this] {
            try {
                server_->enterEventLoop();
            } catch (const sdbus::Error&) {  // the client has gone
            }
        });
    }
    FakeAgent(const FakeAgent&) = delete;
    FakeAgent& operator=(const FakeAgent&) = delete;
    ~FakeAgent() { vanish(); }

    // The client's end, once.
    std::unique_ptr<ctl::Connection> connection() { return std::make_unique<ctl::Connection>(std::move(client_), ""); }
    FakeJob& add_job(std::uint64_t id) { return *(job = std::make_unique<FakeJob>(*server_, id)); }

    // As a crash: the connection ends without another word. Not from a handler of the fake.
    void vanish() {
        if (loop_.joinable()) {
            server_->leaveEventLoop();
            loop_.join();
        }
        job.reset();
        instance.reset();
        manager.reset();
        server_.reset();
    }

    std::unique_ptr<FakeManager> manager;
    std::unique_ptr<FakeInstance> instance;
    std::unique_ptr<FakeJob> job;

  private:
    std::unique_ptr<sdbus::IConnection> client_;
    std::unique_ptr<sdbus::IConnection> server_;
    std::thread loop_;
};

}  // namespace mcpctl::test
