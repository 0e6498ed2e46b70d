// B09: who may call what: every operation of the contract, for every kind of caller.
#include <gmock/gmock.h>

#include <format>
#include <functional>
#include <future>
#include <set>

#include "agent/core/access.hpp"
#include "agent/core/enum_names.hpp"
#include "agent/json/definitions.hpp"
#include "dbus/message.hpp"
#include "tests/contract/agent_on_a_socketpair.hpp"
#include "tests/contract/interface_files.hpp"
#include "tests/contract/scopes_of_rights.hpp"

namespace mcpctl::test {
namespace {

using sdbus::ObjectPath;
using testing::HasSubstr;
using Options = std::map<std::string, sdbus::Variant>;

constexpr auto everything = R"({"name": "everything", "transport": "streamable-http", "run": {"command": ["server"]}})";

// A caller on a bus whose policy a test decides.
class CallerWithPolicy final : public bus::CallerSource {
  public:
    using Policy = std::function<Task<Result<void>>(const PolicyQuestion&)>;
    explicit CallerWithPolicy(Policy policy) : policy_(std::move(policy)) {}
    Task<Result<Caller>> identify(std::string /*sender*/) override {
        co_return Caller{.uid = 1000, .via = AuditVia::bus, .bus_name = ":1.7"};
    }
    Task<Result<void>> ask_policy(PolicyQuestion question) override { return policy_(question); }

  private:
    Policy policy_;
};

Task<Result<void>> yes(const PolicyQuestion& /*question*/) {
    co_return Result<void>();
}
Task<Result<void>> no(const PolicyQuestion& /*question*/) {
    co_return fail(ErrorCode::AccessDenied, "polkit says no");
}

std::unique_ptr<bus::CallerSource> on_the_socket(Caller caller) {
    return std::make_unique<bus::PeerCaller>(std::move(caller));
}
std::unique_ptr<bus::CallerSource> on_the_bus(CallerWithPolicy::Policy policy) {
    return std::make_unique<CallerWithPolicy>(std::move(policy));
}

struct Place {
    AgentOnASocketpair agent;
    ObjectPath instance;
    ObjectPath job;

    explicit Place(std::unique_ptr<bus::CallerSource> callers) : agent(std::move(callers)) {
        std::promise<void> started;
        agent.on_loop([&] {
            asio::co_spawn(agent.core.loop, prepare(), [&](const std::exception_ptr&) { started.set_value(); });
        });
        started.get_future().wait();
    }
    Task<void> prepare() {
        EXPECT_TRUE(co_await agent.core.catalog.add_server(*parse_server(everything)));
        ProfileDefinition other = *agent.core.registry.profile("everything");
        other.name = "other";
        EXPECT_TRUE(co_await agent.core.catalog.add_profile(std::move(other)));
        const auto accepted = co_await agent.core.lifecycle.start({"everything"});
        EXPECT_TRUE(accepted);
        instance = ObjectPath(dbus::instance_path(accepted->instance.hex()));
        job = ObjectPath(dbus::job_path(accepted->job));
    }
    ObjectPath path_of(std::string_view interface) const {
        return interface == "Instance"  ? instance
               : interface == "Job"     ? job
               : interface == "Profile" ? ObjectPath(dbus::profile_path("everything"))
               : interface == "Server"  ? ObjectPath(dbus::server_path("everything"))
                                        : ObjectPath(std::string(dbus::root_path));
    }
    // The name of the error, or nothing.
    std::string call(const AccessRow& row) {
        const std::string interface(row.interface);
        const std::string method(row.method);
        const auto proxy = agent.proxy(path_of(interface));
        auto message =
            proxy->createMethodCall(sdbus::InterfaceName("org.mcpctl.Agent1." + interface), sdbus::MethodName(method));
        for (const std::string& type : arguments_of(interface, method)) {
            if (type == "s") {
                message << std::string("everything");
            } else if (type == "ay") {
                message << std::vector<std::uint8_t>{1, 2, 3};
            } else if (type == "u") {
                message << std::uint32_t(1);
            } else {
                EXPECT_EQ(type, "a{sv}");
                message << Options{};
            }
        }
        try {
            (void)proxy->callMethod(message);
        } catch (const sdbus::Error& error) {
            return error.getName();
        }
        return "";
    }
    bool denies(const AccessRow& row) { return call(row) == "org.mcpctl.Agent1.Error.AccessDenied"; }
};

std::string shown(const AccessRow& row) {
    return std::format("{}.{}", row.interface, row.method);
}

TEST(TheAccessTable, HasARowForEveryMethodAndNoOther) {
    std::set<std::string> rows;
    for (const AccessRow& row : access_table()) {
        rows.insert(shown(row));
    }
    EXPECT_EQ(rows, documented("method"));
}

// Everybody on the bus may read them: commands, environments and what servers write are not among them.
TEST(TheProperties, ArePublicOneByOne) {
    std::set<std::string> known;
    const auto add = [&](const std::string& interface, const std::vector<std::string>& names) {
        for (const std::string& name : names) {
            known.insert(interface + "." + name);
        }
    };
    add("Manager", {"Version", "InstallationId", "BusyReasons"});
    add("Server", {"Name", "Description", "Transport", "DefinedVersion"});
    add("Profile", {"Name", "Server", "Runtime", "Autostart"});
    add("Job", {"Id", "Kind", "Instance", "State", "Progress", "Error", "Message", "CreatedAt", "FinishedAt"});
    add("Instance",
        {"Id",       "Name",     "Profile",      "Server",    "Runtime",         "Engine",    "Transport",
         "State",    "Desired",  "Generation",   "RuntimeId", "ImageId",         "Unit",      "UnreachableSince",
         "Port",     "Endpoint", "ReasonCode",   "Reason",    "Restarts",        "Alert",     "Readiness",
         "Liveness", "Sessions", "HealthReason", "Standbys",  "HealthChangedAt", "CreatedAt", "StartedAt"});
    EXPECT_EQ(documented("property"), known) << "a new property is public: does it belong here?";
}

TEST(TheAccessTable, DeniesEvenRootWhatHasNoRow) {
    EXPECT_EQ(access_of({.uid = 0, .in_group = true}, nullptr), Access::denied);
}

TEST(TheAccessTable, DeniesRootAndTheGroupNothing) {
    for (const AccessRow& row : access_table()) {
        if (row.right == Right::authenticate) {
            continue;  // denies what is no token
        }
        EXPECT_FALSE(Place(on_the_socket({.uid = 0})).denies(row)) << shown(row);
        EXPECT_FALSE(Place(on_the_socket({.uid = 1000, .in_group = true})).denies(row)) << shown(row);
    }
}

TEST(TheAccessTable, GivesOthersOnTheSocketWhatIsPublic) {
    for (const AccessRow& row : access_table()) {
        EXPECT_EQ(Place(on_the_socket({.uid = 1000})).denies(row), row.right != Right::view) << shown(row);
    }
}

TEST(TheAccessTable, GivesOthersOnTheBusWhatPolkitGrants) {
    for (const AccessRow& row : access_table()) {
        // No policy lets others show tokens.
        EXPECT_EQ(Place(on_the_bus(yes)).denies(row), row.right == Right::authenticate) << shown(row);
        EXPECT_EQ(Place(on_the_bus(no)).denies(row), row.right != Right::view) << shown(row);
    }
}

TEST(Polkit, IsAskedWithWhatItsRulesNeed) {
    std::vector<PolicyQuestion> asked;
    Place place(on_the_bus([&](const PolicyQuestion& question) {
        asked.push_back(question);
        return no(question);
    }));
    place.call(*access_row("Instance", "Stop"));
    place.call(*access_row("Manager", "Start"));
    place.call(*access_row("Job", "Cancel"));
    place.call(*access_row("Manager", "GetInstance"));  // public: nobody asks
    ASSERT_EQ(asked.size(), 3U);
    EXPECT_EQ(asked[0].bus_name, ":1.7");
    EXPECT_EQ(asked[0].action, "org.mcpctl.agent1.manage-instances");
    using Details = std::map<std::string, std::string>;
    EXPECT_EQ(asked[0].details, (Details{{"operation", "Instance.Stop"},
                                         {"instance", "everything"},
                                         {"profile", "everything"},
                                         {"server", "everything"}}));
    EXPECT_EQ(asked[1].details,
              (Details{{"operation", "Manager.Start"}, {"profile", "everything"}, {"server", "everything"}}));
    EXPECT_EQ(asked[2].details.at("instance"), "everything");
}

// sd-bus sets the flag where a program asks for it, as mcpctl does on a terminal.
TEST(Polkit, MayAskForAPasswordWhereTheCallerLetsItAndTheCallIsWorthIt) {
    std::vector<bool> interactive;
    Place place(on_the_bus([&](const PolicyQuestion& question) {
        interactive.push_back(question.interactive);
        return no(question);
    }));
    place.call(*access_row("Instance", "Stop"));
    const auto send = [&](const char* path, const char* interface, const char* method) {
        auto proxy = place.agent.proxy(ObjectPath(path));
        auto message = proxy->createMethodCall(sdbus::InterfaceName(interface), sdbus::MethodName(method));
        dbus::allow_interaction(message);
        if (method == std::string("Stop")) {
            message << Options{};
        }
        EXPECT_THROW((void)proxy->callMethod(message), sdbus::Error);
    };
    send(place.instance.c_str(), "org.mcpctl.Agent1.Instance", "Stop");
    send(place.instance.c_str(), "org.mcpctl.Agent1.Instance", "GetFailureLog");
    EXPECT_EQ(interactive, (std::vector<bool>{false, true, false}));
}

TEST(ADenial, SaysWhyAndWhatItWouldTake) {
    Place place(on_the_bus(no));
    const auto proxy = place.agent.proxy(place.instance);
    try {
        proxy->callMethod("Stop").onInterface("org.mcpctl.Agent1.Instance").withArguments(Options{});
        FAIL() << "it was allowed";
    } catch (const sdbus::Error& error) {
        EXPECT_THAT(error.getMessage(), HasSubstr("user 1000 may not call Instance.Stop: polkit says no"));
        EXPECT_THAT(error.getMessage(), HasSubstr("Hint: "));
        EXPECT_THAT(error.getMessage(), HasSubstr("org.mcpctl.agent1.manage-instances"));
    }
    place.agent.on_loop([&] {
        ASSERT_EQ(place.agent.audit.told.size(), 1U);
        EXPECT_EQ(place.agent.audit.told[0].result, AuditResult::denied);
        EXPECT_EQ(place.agent.audit.told[0].profile, "everything");
    });
}

TEST(AUser, HasOnlySoManyCallsUnderWay) {
    auto waiting = std::make_shared<Condition>();
    Place place(on_the_bus([waiting](const PolicyQuestion& question) -> Task<Result<void>> {
        co_await waiting->wait_until(Clock::time_point::max());
        co_return co_await no(question);
    }));
    const auto proxy = place.agent.proxy(place.instance);
    std::vector<std::promise<std::string>> ends(calls_of_a_user.most + 1);
    for (auto& end : ends) {
        auto message =
            proxy->createMethodCall(sdbus::InterfaceName("org.mcpctl.Agent1.Instance"), sdbus::MethodName("Stop"));
        message << Options{};
        proxy->callMethodAsync(message, [&end](const sdbus::MethodReply&, std::optional<sdbus::Error> error) {
            end.set_value(error ? std::string(error->getName()) : "");
        });
    }
    EXPECT_EQ(ends.back().get_future().get(), "org.mcpctl.Agent1.Error.LimitsExceeded");
    place.agent.on_loop([&] { waiting->notify(); });
    for (std::size_t call = 0; call < calls_of_a_user.most; ++call) {
        EXPECT_EQ(ends[call].get_future().get(), "org.mcpctl.Agent1.Error.AccessDenied");
    }
    EXPECT_EQ(place.call(*access_row("Manager", "GetInstance")), "");  // there is room again
}

// Others can follow all the same.
TEST(AUser, FollowsOnlySoMuch) {
    Place place(on_the_bus(yes));
    const auto follow = [&] {
        sdbus::UnixFd reader;
        place.agent.proxy(place.instance)
            ->callMethod("FollowLogs")
            .onInterface("org.mcpctl.Agent1.Instance")
            .withArguments(Options{})
            .storeResultsTo(reader);
    };
    for (std::size_t i = 0; i < followers_of_a_user.most; ++i) {
        follow();
    }
    try {
        follow();
        FAIL() << "it was allowed";
    } catch (const sdbus::Error& error) {
        EXPECT_EQ(error.getName(), "org.mcpctl.Agent1.Error.LimitsExceeded");
        EXPECT_THAT(error.getMessage(), HasSubstr("user 1000 has 16 readers that follow"));
    }
    place.agent.on_loop([&] { place.agent.logs.held.clear(); });
    follow();
}

struct TokenCaller {
    Place place{on_the_socket({.uid = 0})};

    // The connection shows a token with these scopes.
    explicit TokenCaller(std::vector<Scope> scopes, std::vector<std::string> profiles = {}) {
        std::promise<std::string> made;
        place.agent.on_loop([&] {
            place.agent.tokens.let_define(true);
            asio::co_spawn(place.agent.core.loop, create({"ci", std::move(scopes), std::move(profiles)}),
                           [&](const std::exception_ptr&, std::string secret) { made.set_value(std::move(secret)); });
        });
        EXPECT_EQ(authenticate(made.get_future().get()), "");
    }
    Task<std::string> create(TokenRequest request) {
        co_return (co_await place.agent.tokens.create(std::move(request), {})).value();
    }
    std::string authenticate(const std::string& secret) {
        try {
            std::string info;
            place.agent.manager()
                ->callMethod("Authenticate")
                .onInterface("org.mcpctl.Agent1.Manager")
                .withArguments(secret, Options{})
                .storeResultsTo(info);
            EXPECT_THAT(info, HasSubstr("\"name\":\"ci\""));
        } catch (const sdbus::Error& error) {
            return error.getName();
        }
        return "";
    }
};

TEST(DefiningWhatRunsAsAUser, TakesARightOfItsOwn) {
    std::vector<std::string_view> asked;
    std::string_view refused;
    Place place(on_the_bus([&](const PolicyQuestion& question) {
        asked.push_back(question.action);
        return question.action == refused ? no(question) : yes(question);
    }));
    const auto add = [&](const char* name, const char* user) -> std::string {
        try {
            const std::string profile =
                std::format(R"({{"name": "{}", "server": "everything", "user": "{}"}})", name, user);
            place.agent.manager()
                ->callMethod("AddProfile")
                .onInterface("org.mcpctl.Agent1.Manager")
                .withArguments(profile, Options{});
        } catch (const sdbus::Error& error) {
            return error.getMessage();
        }
        return "";
    };
    EXPECT_EQ(add("plain", "dynamic"), "");
    EXPECT_THAT(asked, testing::ElementsAre("org.mcpctl.agent1.manage-definitions"));
    asked.clear();
    EXPECT_EQ(add("granted", "alice"), "");
    EXPECT_THAT(asked, testing::ElementsAre("org.mcpctl.agent1.manage-definitions", "org.mcpctl.agent1.act-as-user"));
    refused = "org.mcpctl.agent1.act-as-user";
    EXPECT_THAT(add("refused", "alice"), HasSubstr("polkit rule for org.mcpctl.agent1.act-as-user"));
    refused = "org.mcpctl.agent1.manage-definitions";
    EXPECT_THAT(add("refused", "alice"), HasSubstr("polkit rule for org.mcpctl.agent1.manage-definitions"));
}

constexpr Scope all_scopes[] = {Scope::view, Scope::logs, Scope::control, Scope::connect, Scope::define};

// Also where root has shown it.
TEST(AConnectionWithAToken, MayDoWhatItIsForAndNothingElse) {
    for (const AccessRow& row : access_table()) {
        for (const Scope scope : all_scopes) {
            EXPECT_EQ(TokenCaller({scope}).place.denies(row), scope_for(row.right) != scope)
                << shown(row) << " with " << spelt(scope);
        }
    }
}

TEST(AConnectionWithAToken, DefinesNothingThatRunsAsAUser) {
    TokenCaller caller({Scope::define});
    const auto add = [&](const std::string& profile) -> std::string {
        try {
            caller.place.agent.manager()
                ->callMethod("AddProfile")
                .onInterface("org.mcpctl.Agent1.Manager")
                .withArguments(profile, Options{});
        } catch (const sdbus::Error& error) {
            return error.getName();
        }
        return "";
    };
    EXPECT_EQ(add(R"({"name": "plain", "server": "everything"})"), "");
    EXPECT_EQ(add(R"({"name": "alices", "server": "everything", "user": "alice"})"),
              "org.mcpctl.Agent1.Error.AccessDenied");
}

TEST(AConnectionWithATokenForOneProfile, FindsThatProfileAndNoOther) {
    const std::vector<Scope> all(std::begin(all_scopes), std::end(all_scopes));
    for (const AccessRow& row : access_table()) {
        if (!scope_for(row.right)) {  // secrets, tokens, and showing another
            continue;
        }
        const std::string own = TokenCaller(all, {"everything"}).place.call(row);
        const bool whole = row.reach == Reach::whole;
        EXPECT_EQ(own == "org.mcpctl.Agent1.Error.AccessDenied", whole) << shown(row) << ": " << own;
    }
}

TEST(AConnectionWithATokenForAnotherProfile, FindsNothing) {
    const std::vector<Scope> all(std::begin(all_scopes), std::end(all_scopes));
    for (const AccessRow& row : access_table()) {
        if (row.reach == Reach::whole || !scope_for(row.right)) {
            continue;
        }
        TokenCaller caller(all, {"other"});
        EXPECT_EQ(caller.place.call(row), "org.mcpctl.Agent1.Error.NotFound") << shown(row);
    }
}

TEST(AConnectionWithAToken, LosesItsRightsWhenTheTokenIsRevoked) {
    TokenCaller caller({Scope::view, Scope::control});
    EXPECT_EQ(caller.place.call(*access_row("Manager", "GetInstance")), "");
    std::promise<void> revoked;
    caller.place.agent.on_loop([&] {
        asio::co_spawn(caller.place.agent.core.loop, caller.place.agent.tokens.revoke("ci", {}),
                       [&](const std::exception_ptr&, const Result<void>&) { revoked.set_value(); });
    });
    revoked.get_future().wait();
    for (const AccessRow& row : access_table()) {
        EXPECT_TRUE(caller.place.denies(row)) << shown(row);
    }
}

TEST(AConnectionThatShowsNoToken, StaysWhatItWas) {
    Place place(on_the_socket({.uid = 0}));
    EXPECT_TRUE(place.denies(*access_row("Manager", "Authenticate")));  // "everything" is no token
    EXPECT_FALSE(place.denies(*access_row("Instance", "Stop")));
    place.agent.on_loop([&] {
        ASSERT_FALSE(place.agent.audit.told.empty());
        EXPECT_EQ(place.agent.audit.told[0].action, AuditAction::authenticate);
        EXPECT_EQ(place.agent.audit.told[0].result, AuditResult::denied);
        EXPECT_EQ(place.agent.audit.told[0].reason.find("everything"), std::string::npos);
    });
}

TEST(TheBridgesUser, MayShowTokensAndSeeWhatIsPublic) {
    for (const AccessRow& row : access_table()) {
        Place place(on_the_socket({.uid = 990, .is_bridge = true}));
        if (row.right == Right::authenticate) {
            EXPECT_THAT(place.call(row), HasSubstr("AccessDenied"));  // it is no token, but it is looked at
            continue;
        }
        EXPECT_EQ(place.denies(row), row.right != Right::view) << shown(row);
    }
}

}  // namespace
}  // namespace mcpctl::test
