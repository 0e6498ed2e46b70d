// D03, D07: the contract as a caller sees it.
#include <gmock/gmock.h>

#include "tests/contract/agent_on_a_socketpair.hpp"
#include "tests/contract/interface_files.hpp"

namespace mcpctl::test {
namespace {

using sdbus::ObjectPath;
using testing::HasSubstr;
using Options = std::map<std::string, sdbus::Variant>;

constexpr auto manager_interface = "org.mcpctl.Agent1.Manager";
constexpr auto instance_interface = "org.mcpctl.Agent1.Instance";
constexpr auto everything = R"({"name": "everything", "transport": "streamable-http", "run": {"command": ["server"]}})";

std::string name_of_error(const std::function<void()>& call) {
    try {
        call();
    } catch (const sdbus::Error& error) {
        return error.getName();
    }
    return "no error";
}

std::string message_of_error(const std::function<void()>& call) {
    try {
        call();
    } catch (const sdbus::Error& error) {
        return error.getMessage();
    }
    return "no error";
}

class TheContract : public testing::Test {
  protected:
    AgentOnASocketpair agent;

    void add_server() {
        ObjectPath server, profile;
        agent.manager()
            ->callMethod("AddServer")
            .onInterface(manager_interface)
            .withArguments(std::string(everything), Options{})
            .storeResultsTo(server, profile);
    }
    std::pair<ObjectPath, ObjectPath> start(const Options& options = {}) {
        ObjectPath instance, job;
        agent.manager()
            ->callMethod("Start")
            .onInterface(manager_interface)
            .withArguments(std::string("everything"), options)
            .storeResultsTo(instance, job);
        return {instance, job};
    }
    template <class T>
    T property(const ObjectPath& path, const char* name) {
        return agent.proxy(path)->getProperty(name).onInterface(instance_interface).get<T>();
    }
    ObjectPath call_on_instance(const ObjectPath& path, const char* method, const Options& options = {}) {
        ObjectPath job;
        agent.proxy(path)
            ->callMethod(method)
            .onInterface(instance_interface)
            .withArguments(options)
            .storeResultsTo(job);
        return job;
    }
};

TEST_F(TheContract, AddsAServerAndAProfileOfTheSameName) {
    ObjectPath server, profile;
    agent.manager()
        ->callMethod("AddServer")
        .onInterface(manager_interface)
        .withArguments(std::string(everything), Options{})
        .storeResultsTo(server, profile);
    EXPECT_EQ(server, "/org/mcpctl/Agent1/server/everything");
    EXPECT_EQ(profile, "/org/mcpctl/Agent1/profile/everything");
    EXPECT_EQ(agent.proxy(server)->getProperty("Transport").onInterface("org.mcpctl.Agent1.Server").get<std::string>(),
              "streamable-http");
}

TEST_F(TheContract, StartsRestartsAndStopsByJobs) {  // M01, M02, M03
    add_server();
    const auto [instance, job] = start();
    EXPECT_EQ(agent.end_of(job), "done");
    EXPECT_EQ(property<std::string>(instance, "State"), "running");
    EXPECT_EQ(property<std::string>(instance, "RuntimeId"), "invocation-1");
    EXPECT_EQ(agent.end_of(call_on_instance(instance, "Restart")), "done");
    EXPECT_EQ(property<std::string>(instance, "RuntimeId"), "invocation-2");
    EXPECT_EQ(agent.end_of(call_on_instance(instance, "Stop")), "done");
    EXPECT_EQ(name_of_error([&] { property<std::string>(instance, "State"); }),
              "org.freedesktop.DBus.Error.UnknownObject");
}

TEST_F(TheContract, TellsTheEndOfAJobWithItsError) {
    add_server();
    std::promise<std::tuple<std::uint64_t, std::string, std::string>> removed;
    auto manager = agent.manager();
    manager->uponSignal("JobRemoved")
        .onInterface(manager_interface)
        .call([&](std::uint64_t id, const ObjectPath&, const ObjectPath&, const std::string& result,
                  const std::string& error, const std::string&) { removed.set_value({id, result, error}); });
    agent.on_loop(
        [&] { agent.core.runtime.behaviour.dies_at_launch = Reason{ReasonCode::exit_code, "exited with code 3"}; });
    const auto [instance, job] = start();
    const auto [id, result, error] = removed.get_future().get();
    EXPECT_EQ(job, dbus::job_path(id));
    EXPECT_EQ(result, "failed");
    EXPECT_EQ(error, "StartFailed");
    std::vector<std::string> lines;
    agent.proxy(job)->callMethod("GetLastLines").onInterface("org.mcpctl.Agent1.Job").storeResultsTo(lines);
    EXPECT_THAT(lines, testing::ElementsAre("last line"));
}

TEST_F(TheContract, AnswersARefusalWithCodeReasonFieldAndHint) {
    add_server();
    const auto unknown_option = [&] { start({{"nmae", sdbus::Variant(std::string("x"))}}); };
    EXPECT_EQ(name_of_error(unknown_option), "org.mcpctl.Agent1.Error.InvalidArgument");
    EXPECT_EQ(message_of_error(unknown_option), "there is no option nmae\nField: nmae");
    const auto wrong_type = [&] { start({{"name", sdbus::Variant(7)}}); };
    EXPECT_THAT(message_of_error(wrong_type), HasSubstr("Field: name"));
    EXPECT_EQ(name_of_error([&] { add_server(); }), "org.mcpctl.Agent1.Error.AlreadyExists");
}

TEST_F(TheContract, RefusesHostileDefinitionsWithFieldAndOffset) {  // F1, F2
    const auto add = [&](const std::string& definition) {
        return message_of_error([&] {
            agent.manager()
                ->callMethod("AddServer")
                .onInterface(manager_interface)
                .withArguments(definition, Options{});
        });
    };
    const std::string message =
        add(R"({"name": "x", "description": "a\nUser=root", "transport": "sse", "run": {"command": ["server"]}})");
    EXPECT_THAT(message, HasSubstr("newline at offset 1"));
    EXPECT_THAT(message, HasSubstr("Field: description"));
    agent.on_loop([&] { EXPECT_TRUE(agent.core.registry.servers().empty()); });
}

TEST_F(TheContract, FindsInstancesByNameIdAndPrefix) {
    add_server();
    const auto [instance, job] = start();
    const std::string id = property<std::string>(instance, "Id");
    for (const std::string& reference : {std::string("everything"), id, id.substr(0, 8)}) {
        ObjectPath found;
        agent.manager()
            ->callMethod("GetInstance")
            .onInterface(manager_interface)
            .withArguments(reference)
            .storeResultsTo(found);
        EXPECT_EQ(found, instance) << reference;
    }
    EXPECT_EQ(name_of_error([&] {
                  ObjectPath none;
                  agent.manager()
                      ->callMethod("GetInstance")
                      .onInterface(manager_interface)
                      .withArguments(std::string("../etc"))
                      .storeResultsTo(none);
              }),
              "org.mcpctl.Agent1.Error.NotFound");
}

TEST_F(TheContract, AnnouncesWhatChangesAndNothingElse) {
    add_server();
    const auto [instance, job] = start();
    EXPECT_EQ(agent.end_of(job), "done");
    std::promise<std::set<std::string>> told;
    bool once = false;
    auto proxy = agent.proxy(instance);
    proxy->uponSignal("PropertiesChanged")
        .onInterface("org.freedesktop.DBus.Properties")
        .call([&](const std::string&, const std::map<std::string, sdbus::Variant>& changed,
                  const std::vector<std::string>&) {
            // What was sent before the handler was there may still be on its way.
            if (changed.contains("Reason") && !std::exchange(once, true)) {
                std::set<std::string> names;
                for (const auto& [name, value] : changed) {
                    names.insert(name);
                }
                told.set_value(names);
            }
        });
    agent.on_loop([&] {
        const InstanceId id = agent.core.registry.instances().begin()->first;
        agent.core.runtime.becomes({id, 1}, WorkloadPhase::failed, {ReasonCode::signal, "killed by SIGKILL"});
    });
    EXPECT_EQ(told.get_future().get(), (std::set<std::string>{"State", "Reason", "ReasonCode", "RuntimeId"}));
}

TEST_F(TheContract, ChecksHealthAndTellsAnAlert) {  // M04, M05
    add_server();
    const auto [instance, job] = start();
    EXPECT_EQ(agent.end_of(job), "done");
    EXPECT_EQ(property<std::string>(instance, "Readiness"), "ready");
    EXPECT_EQ(property<std::string>(instance, "Liveness"), "alive");
    EXPECT_FALSE(property<bool>(instance, "Alert"));
    std::promise<std::string> raised;
    auto proxy = agent.proxy(instance);
    proxy->uponSignal("AlertRaised").onInterface(instance_interface).call([&](const std::string& reason) {
        raised.set_value(reason);
    });
    agent.on_loop([&] {
        agent.core.probe.error = "no answer";
        agent.core.runtime.use = {.memory = 4096, .tasks = 2};
    });
    std::string health;
    for (int i = 0; i < 3; ++i) {
        proxy->callMethod("CheckHealth").onInterface(instance_interface).storeResultsTo(health);
    }
    EXPECT_EQ(raised.get_future().get(), "no answer");
    EXPECT_THAT(health, HasSubstr(R"("readiness":"not-ready")"));
    EXPECT_EQ(property<std::string>(instance, "Readiness"), "not-ready");
    EXPECT_TRUE(property<bool>(instance, "Alert"));
    EXPECT_EQ(property<std::string>(instance, "HealthReason"), "no answer");
    std::string statistics;
    proxy->callMethod("GetStatistics").onInterface(instance_interface).storeResultsTo(statistics);
    EXPECT_THAT(statistics, HasSubstr(R"("consecutiveFailures":3)"));
    EXPECT_THAT(statistics, HasSubstr(R"("memory":4096)"));
    EXPECT_THAT(statistics, HasSubstr(R"("cpu":null)"));
    std::string history;
    proxy->callMethod("GetHealthHistory")
        .onInterface(instance_interface)
        .withArguments(std::uint32_t(1))
        .storeResultsTo(history);
    EXPECT_THAT(history, HasSubstr(R"("reason":"no answer")"));
    EXPECT_THAT(history, HasSubstr(R"("alert":true)"));
}

TEST_F(TheContract, ListsEverythingThroughTheObjectManager) {  // D07
    add_server();
    start();
    std::map<ObjectPath, std::map<std::string, std::map<std::string, sdbus::Variant>>> objects;
    agent.manager()
        ->callMethod("GetManagedObjects")
        .onInterface("org.freedesktop.DBus.ObjectManager")
        .storeResultsTo(objects);
    std::set<std::string> interfaces;
    for (const auto& [path, of_object] : objects) {
        for (const auto& [interface, properties] : of_object) {
            interfaces.insert(interface);
        }
    }
    for (const char* interface : {"Server", "Profile", "Instance", "Job"}) {
        EXPECT_TRUE(interfaces.contains(std::string("org.mcpctl.Agent1.") + interface)) << interface;
    }
}

TEST_F(TheContract, ListsEachObjectOnceHoweverOftenItIsAskedFor) {  // D07
    add_server();
    const auto [instance, job] = start();
    EXPECT_EQ(agent.end_of(job), "done");
    for (int time = 0; time < 3; ++time) {
        std::map<ObjectPath, std::map<std::string, std::map<std::string, sdbus::Variant>>> objects;
        agent.manager()
            ->callMethod("GetManagedObjects")
            .onInterface("org.freedesktop.DBus.ObjectManager")
            .storeResultsTo(objects);
        EXPECT_EQ(objects.size(), 4);
        EXPECT_EQ(objects[instance][instance_interface].at("State").get<std::string>(), "running");
    }
}

TEST_F(TheContract, ShowsObjectsToWhomeverLooksAround) {  // busctl tree
    add_server();
    const auto [instance, job] = start();
    const auto children = [&](const std::string& path) {
        std::string xml;
        agent.proxy(ObjectPath(path))
            ->callMethod("Introspect")
            .onInterface("org.freedesktop.DBus.Introspectable")
            .storeResultsTo(xml);
        return xml;
    };
    EXPECT_THAT(children("/org/mcpctl/Agent1"), HasSubstr("<node name=\"instance\"/>"));
    EXPECT_THAT(children("/org/mcpctl/Agent1/instance"), HasSubstr(instance.substr(instance.rfind('/') + 1)));
    EXPECT_EQ(name_of_error([&] { children("/org/mcpctl/Agent1/instance/00000000000040008000000000000000"); }),
              "org.freedesktop.DBus.Error.UnknownObject");
}

// sd-bus keeps pointers into the table of the object that was called.
TEST_F(TheContract, AnswersCallsThatTakeLong) {
    add_server();
    const auto [instance, job] = start();
    EXPECT_EQ(agent.end_of(job), "done");
    const auto proxy = agent.proxy(instance);
    Condition release;
    for (const bool removed : {false, true}) {
        std::promise<std::string> answer;
        agent.on_loop([&] { agent.core.runtime.inspect_waits_for = &release; });
        proxy->callMethodAsync("GetWorkloads")
            .onInterface(instance_interface)
            .uponReplyInvoke([&](std::optional<sdbus::Error> error, const std::string& workloads) {
                answer.set_value(error ? std::string(error->getName()) : workloads);
            });
        EXPECT_EQ(property<std::string>(instance, "State"), "running");  // behind the call that waits
        agent.on_loop([&] {
            agent.core.runtime.inspect_waits_for = nullptr;
            if (removed) {
                agent.core.registry.remove_instance(agent.core.registry.instances().begin()->first);
            }
            release.notify();
        });
        EXPECT_THAT(answer.get_future().get(), HasSubstr(removed ? "Error.NotFound" : "invocation-1"));
    }
    EXPECT_EQ(name_of_error([&] { property<std::string>(instance, "State"); }),
              "org.freedesktop.DBus.Error.UnknownObject");
}

TEST_F(TheContract, TellsWhichObjectsComeAndGo) {  // D07
    std::promise<std::set<std::string>> added, removed;
    auto manager = agent.manager();
    std::set<std::string> told;
    const auto tell = [&](std::promise<std::set<std::string>>& promise, const ObjectPath& path) {
        told.insert(path);
        if (told.size() == 2) {
            promise.set_value(std::exchange(told, {}));
        }
    };
    manager->uponSignal("InterfacesAdded")
        .onInterface("org.freedesktop.DBus.ObjectManager")
        .call([&](const ObjectPath& path, const std::map<std::string, std::map<std::string, sdbus::Variant>>& with) {
            EXPECT_EQ(with.begin()->second.at("Name").get<std::string>(), "everything");
            tell(added, path);
        });
    manager->uponSignal("InterfacesRemoved")
        .onInterface("org.freedesktop.DBus.ObjectManager")
        .call([&](const ObjectPath& path, const std::vector<std::string>&) { tell(removed, path); });
    const std::set<std::string> both{dbus::server_path("everything"), dbus::profile_path("everything")};
    add_server();
    EXPECT_EQ(added.get_future().get(), both);
    manager->callMethod("RemoveServer")
        .onInterface(manager_interface)
        .withArguments(std::string("everything"), Options{});
    EXPECT_EQ(removed.get_future().get(), both);
}

// What a method, property or signal looks like, stripped of everything that does not bind callers.
TEST_F(TheContract, IsWhatTheInterfaceFilesSay) {  // D07
    add_server();
    const auto [instance, job] = start();
    const std::map<std::string, ObjectPath> places{{"Manager", ObjectPath(std::string(dbus::root_path))},
                                                   {"Instance", instance},
                                                   {"Job", job},
                                                   {"Profile", ObjectPath(dbus::profile_path("everything"))},
                                                   {"Server", ObjectPath(dbus::server_path("everything"))}};
    for (const auto& [name, path] : places) {
        std::string live;
        agent.proxy(path)
            ->callMethod("Introspect")
            .onInterface("org.freedesktop.DBus.Introspectable")
            .storeResultsTo(live);
        const std::string interface = "org.mcpctl.Agent1." + name;
        const auto documented = members_of(file_text(interface), interface);
        EXPECT_FALSE(documented.empty()) << name;
        EXPECT_EQ(members_of(live, interface), documented) << name;
    }
}

}  // namespace
}  // namespace mcpctl::test
