#include "agent/systemd/pid1.hpp"

#include <sdbus-c++/IProxy.h>
#include <systemd/sd-bus.h>

#include <algorithm>
#include <optional>
#include <set>

#include "agent/systemd/unit_property_dbus.hpp"
#include "base/gate.hpp"
#include "dbus/call.hpp"
#include "dbus/connection_loop.hpp"
#include "dbus/peer.hpp"

namespace mcpctl::systemd {
namespace {

using namespace std::chrono_literals;

// PID 1 does one thing at a time: while it starts 20 units on a busy machine a call waits for more than 10 s
// (measured).
constexpr auto call_patience = 25s;
// PID 1 works off what it was asked to do before it answers anybody: of 200 stops at once some were not answered in
// time, when each was sent at once (measured). What waits here is not late yet.
constexpr std::size_t most_calls_at_once = 16;
constexpr auto connect_patience = 5s;
constexpr auto first_retry = 50ms;
constexpr auto longest_retry = 5s;
constexpr int max_attempts = 3;

constexpr const char* manager_path = "/org/freedesktop/systemd1";
constexpr const char* manager_interface = "org.freedesktop.systemd1.Manager";
constexpr const char* properties_interface = "org.freedesktop.DBus.Properties";
constexpr const char* unit_path_prefix = "/org/freedesktop/systemd1/unit";

std::string interface_name(UnitInterface interface) {
    switch (interface) {
        case UnitInterface::unit:
            return "org.freedesktop.systemd1.Unit";
        case UnitInterface::service:
            return "org.freedesktop.systemd1.Service";
        case UnitInterface::slice:
            return "org.freedesktop.systemd1.Slice";
    }
    return {};
}

struct Freer {
    void operator()(char* text) const { ::free(text); }
};

std::string unit_path(const std::string& unit) {
    char* path = nullptr;
    sd_bus_path_encode(unit_path_prefix, unit.c_str(), &path);
    const std::unique_ptr<char, Freer> owned(path);
    return path != nullptr ? path : "";
}

std::optional<std::string> unit_at(const char* path) {
    char* name = nullptr;
    const int found = path != nullptr ? sd_bus_path_decode(path, unit_path_prefix, &name) : 0;
    const std::unique_ptr<char, Freer> owned(name);
    return found > 0 ? std::optional<std::string>(name) : std::nullopt;
}

// One connection, from handshake to loss. Calls under way keep it alive.
struct Session {
    Session(std::unique_ptr<sdbus::IConnection> connection, const asio::any_io_executor& executor,
            std::function<void()> on_lost)
        : loop(std::move(connection), executor, std::move(on_lost)), manager(proxy(manager_path)) {}

    // Nobody owns a name on a connection without a bus.
    [[nodiscard]] std::unique_ptr<sdbus::IProxy> proxy(const std::string& path) {
        return sdbus::createProxy(loop.connection(), sdbus::ServiceName(""), sdbus::ObjectPath(path));
    }
    // PID 1 sends all its signals to private connections: what is not matched here is dropped by sd-bus.
    void match(const std::string& rule, std::function<void(sdbus::Message)> handler) {
        slots.push_back(loop.connection().addMatch("type='signal'," + rule, std::move(handler), sdbus::return_slot));
    }

    dbus::ConnectionLoop loop;
    std::unique_ptr<sdbus::IProxy> manager;
    std::vector<sdbus::Slot> slots;
};

template <class T>
Task<Result<T>> read_manager(Session& session, std::string property) {
    const auto read = co_await dbus::call<sdbus::Variant>(*session.manager, properties_interface, "Get", call_patience,
                                                          std::string(manager_interface), std::move(property));
    co_return read.transform([](const sdbus::Variant& value) { return value.get<T>(); });
}

template <class... Out, class... In>
Task<Result<typename dbus::detail::Reply<Out...>::type>> call_manager(Session& session, std::string method, In... in) {
    return dbus::call<Out...>(*session.manager, manager_interface, std::move(method), call_patience, std::move(in)...);
}

}  // namespace

struct Pid1::State : std::enable_shared_from_this<State> {
    State(const asio::any_io_executor& loop, Events handlers, std::string path)
        : executor(loop), events(std::move(handlers)), socket(std::move(path)) {}

    Task<void> keep_connected();
    void adopt(std::unique_ptr<sdbus::IConnection> connection);
    void watch(Session& fresh);
    void properties_changed(sdbus::Message& message);
    void unit_removed(sdbus::Message& message);
    void reloading(sdbus::Message& message);
    void unit_changed(std::optional<std::string> unit);
    void job_removed(sdbus::Message& message);
    Task<Result<std::shared_ptr<Session>>> connection();
    Task<bool> is_replaced(std::shared_ptr<Session> used, Error error, Clock::time_point deadline);
    // Makes a call that may be made twice: again on a new connection when the old one broke on the way, which every
    // daemon-reexec does to it. Waits for its turn among the calls under way.
    template <class Call>
    auto repeatable(Call attempt) -> std::invoke_result_t<Call&, Session&>;
    Task<Result<std::string>> job_result(std::shared_ptr<Session> on, std::string job, Clock::time_point deadline);

    asio::any_io_executor executor;
    Events events;
    std::string socket;
    std::shared_ptr<Session> session;
    Condition session_changed;
    bool gap = false;  // PID 1 could not be reached, so something may have happened unseen
    bool stopped = false;
    std::set<std::string> changed_units;  // to be told in the next turn: one event for a burst of signals
    // Results of jobs that ended while somebody starts a unit: a job may end before its number is known here.
    int starters = 0;
    std::map<std::string, std::string> ended_jobs;
    Condition job_ended;
    Gate calls{most_calls_at_once, call_patience};
};

Task<void> Pid1::State::keep_connected() {
    const auto self = shared_from_this();
    Clock::duration delay = first_retry;
    while (!stopped) {
        auto connected = co_await dbus::connect_peer(socket, connect_patience);
        if (stopped) {
            break;
        }
        if (connected) {
            adopt(std::move(*connected));
            delay = first_retry;
            while (session && !stopped) {
                co_await session_changed.wait_until(Clock::time_point::max());
            }
        } else {
            co_await session_changed.wait_until(Clock::now() + delay);
            delay = std::min<Clock::duration>(delay * 2, longest_retry);
        }
    }
}

void Pid1::State::adopt(std::unique_ptr<sdbus::IConnection> connection) {
    session = std::make_shared<Session>(std::move(connection), executor, [weak = weak_from_this()] {
        if (const auto state = weak.lock()) {
            state->session.reset();
            state->gap = true;
            state->session_changed.notify();
            state->job_ended.notify();
        }
    });
    watch(*session);
    session->loop.start();
    session_changed.notify();
    if (std::exchange(gap, false) && events.lost_track) {
        events.lost_track();
    }
}

void Pid1::State::watch(Session& fresh) {
    // Calls under way keep a session alive, and its handlers with it, beyond the client.
    const auto on = [&](const std::string& rule, void (State::*handler)(sdbus::Message&)) {
        fresh.match(rule, [weak = weak_from_this(), handler](sdbus::Message message) {
            if (const auto state = weak.lock()) {
                ((*state).*handler)(message);
            }
        });
    };
    const std::string manager = std::string("interface='") + manager_interface + "',member=";
    on(std::string("interface='") + properties_interface + "',member='PropertiesChanged',path_namespace='" +
           unit_path_prefix + "'",
       &State::properties_changed);
    on(manager + "'UnitRemoved'", &State::unit_removed);
    on(manager + "'JobRemoved'", &State::job_removed);
    on(manager + "'Reloading'", &State::reloading);
}

void Pid1::State::properties_changed(sdbus::Message& message) {
    unit_changed(unit_at(message.getPath()));
}

void Pid1::State::unit_removed(sdbus::Message& message) {
    std::string unit;
    message >> unit;
    unit_changed(std::move(unit));
}

void Pid1::State::reloading(sdbus::Message& message) {
    bool begins = false;
    message >> begins;
    if (!begins && !stopped && events.lost_track) {
        events.lost_track();
    }
}

void Pid1::State::unit_changed(std::optional<std::string> unit) {
    if (!unit || !unit->starts_with("mcpctl-") || !changed_units.insert(std::move(*unit)).second ||
        changed_units.size() > 1) {
        return;
    }
    asio::post(executor, [weak = weak_from_this()] {
        const auto state = weak.lock();
        if (!state || state->stopped) {
            return;
        }
        for (const std::string& name : std::exchange(state->changed_units, {})) {
            state->events.unit_changed(name);
        }
    });
}

void Pid1::State::job_removed(sdbus::Message& message) {
    if (starters == 0) {
        return;
    }
    std::uint32_t number = 0;
    sdbus::ObjectPath job;
    std::string unit;
    std::string result;
    message >> number >> job >> unit >> result;
    if (unit.starts_with("mcpctl-")) {
        ended_jobs.insert_or_assign(job, result);
        job_ended.notify();
    }
}

Task<Result<std::shared_ptr<Session>>> Pid1::State::connection() {
    const auto self = shared_from_this();
    const auto deadline = Clock::now() + connect_patience;
    while (!session && !stopped) {
        if (!co_await session_changed.wait_until(deadline)) {
            break;
        }
    }
    if (!session || stopped) {
        gap = true;
        co_return fail(ErrorCode::Unavailable, "PID 1 does not answer on " + socket);
    }
    // What does not fit into the socket at once is sent in a later turn.
    session->loop.flush();
    co_return session;
}

// True when the call failed because its connection broke, once there is another; false when PID 1 refused it or was
// too slow. The error alone does not tell: a refusal can be Unavailable too, and what was under way when the connection
// broke ends with TimedOut at once.
Task<bool> Pid1::State::is_replaced(std::shared_ptr<Session> used, Error error, Clock::time_point deadline) {
    const auto self = shared_from_this();
    const bool cut_off = error.code == ErrorCode::TimedOut && Clock::now() < deadline;
    if (error.code != ErrorCode::Unavailable && !cut_off) {
        co_return false;
    }
    if (session == used && co_await read_manager<std::string>(*used, "SystemState")) {
        co_return false;
    }
    const auto connected_by = Clock::now() + connect_patience;
    while ((session == used || !session) && co_await session_changed.wait_until(connected_by)) {
    }
    co_return session != used;
}

template <class Call>
auto Pid1::State::repeatable(Call attempt) -> std::invoke_result_t<Call&, Session&> {
    const auto self = shared_from_this();
    const auto place = co_await calls.enter();
    for (int attempts_left = max_attempts - 1;; --attempts_left) {
        auto used = co_await connection();
        if (!used) {
            co_return std::unexpected(used.error());
        }
        const auto deadline = Clock::now() + call_patience;
        auto outcome = co_await attempt(**used);
        if (outcome || attempts_left == 0 || !co_await is_replaced(*used, outcome.error(), deadline)) {
            co_return outcome;
        }
    }
}

Task<Result<std::string>> Pid1::State::job_result(std::shared_ptr<Session> on, std::string job,
                                                  Clock::time_point deadline) {
    while (true) {
        if (const auto ended = ended_jobs.find(job); ended != ended_jobs.end()) {
            co_return ended->second;
        }
        if (session != on) {
            co_return fail(ErrorCode::Unavailable, "the connection to PID 1 was lost during a start");
        }
        if (!co_await job_ended.wait_until(deadline)) {
            co_return fail(ErrorCode::TimedOut, "PID 1 did not finish the start in time");
        }
    }
}

Pid1::Pid1(const asio::any_io_executor& executor, Events events, std::string socket)
    : state_(std::make_shared<State>(executor, std::move(events), std::move(socket))) {
    spawn_detached(executor, "the connection to PID 1", state_->keep_connected());
}

Pid1::~Pid1() {
    state_->stopped = true;
    state_->session.reset();
    state_->session_changed.notify();
    state_->job_ended.notify();
}

Task<Result<std::string>> Pid1::start_transient_unit(std::string name, const UnitProperties& properties,
                                                     Clock::duration patience) {
    const auto state = state_;
    const auto deadline = Clock::now() + patience;
    auto session = co_await state->connection();
    if (!session) {
        co_return std::unexpected(session.error());
    }
    struct Starter {
        State& owner;
        explicit Starter(State& of) : owner(of) { ++owner.starters; }
        Starter(const Starter&) = delete;
        Starter& operator=(const Starter&) = delete;
        ~Starter() {
            if (--owner.starters == 0) {
                owner.ended_jobs.clear();
            }
        }
    } const starter(*state);
    using Auxiliary = std::vector<sdbus::Struct<std::string, BusProperties>>;
    auto job =
        co_await dbus::call<sdbus::ObjectPath>(*(*session)->manager, manager_interface, "StartTransientUnit", patience,
                                               std::move(name), std::string("fail"), to_bus(properties), Auxiliary{});
    if (job) {
        co_return co_await state->job_result(*session, *job, deadline);
    }
    if (co_await state->is_replaced(*session, job.error(), deadline)) {
        co_return fail(ErrorCode::Unavailable, "the connection to PID 1 was lost during a start");
    }
    co_return std::unexpected(job.error());
}

Task<Result<void>> Pid1::stop_unit(std::string name) {
    const auto job = co_await state_->repeatable([&](Session& session) {
        return call_manager<sdbus::ObjectPath>(session, "StopUnit", name, std::string("replace"));
    });
    co_return job.transform([](const sdbus::ObjectPath&) {});
}

Task<Result<void>> Pid1::kill_unit(std::string name, int signal) {
    co_return co_await state_->repeatable([&](Session& session) {
        return call_manager<>(session, "KillUnit", name, std::string("all"), std::int32_t(signal));
    });
}

Task<Result<void>> Pid1::thaw_unit(std::string name) {
    co_return co_await state_->repeatable([&](Session& session) { return call_manager<>(session, "ThawUnit", name); });
}

Task<Result<void>> Pid1::reset_failed_unit(std::string name) {
    co_return co_await state_->repeatable(
        [&](Session& session) { return call_manager<>(session, "ResetFailedUnit", name); });
}

Task<Result<PropertyMap>> Pid1::properties(std::string unit) {
    co_return co_await state_->repeatable([&](Session& session) -> Task<Result<PropertyMap>> {
        const auto proxy = session.proxy(unit_path(unit));
        // No interface means all of them (the D-Bus specification allows it, sd-bus does it). Asking for one after the
        // other gave states that never were: running, and no main process.
        co_return co_await dbus::call<PropertyMap>(*proxy, properties_interface, "GetAll", call_patience,
                                                   std::string());
    });
}

Task<Result<sdbus::Variant>> Pid1::property(std::string unit, UnitInterface interface, std::string name) {
    co_return co_await state_->repeatable([&](Session& session) -> Task<Result<sdbus::Variant>> {
        const auto proxy = session.proxy(unit_path(unit));
        co_return co_await dbus::call<sdbus::Variant>(*proxy, properties_interface, "Get", call_patience,
                                                      interface_name(interface), name);
    });
}

Task<Result<std::vector<ListedUnit>>> Pid1::units_matching(std::string pattern) {
    // name, description, load state, active state, sub state, followed unit, path, job, its type, its path
    using Row = sdbus::Struct<std::string, std::string, std::string, std::string, std::string, std::string,
                              sdbus::ObjectPath, std::uint32_t, std::string, sdbus::ObjectPath>;
    const auto rows = co_await state_->repeatable([&](Session& session) {
        return call_manager<std::vector<Row>>(session, "ListUnitsByPatterns", std::vector<std::string>{},
                                              std::vector<std::string>{pattern});
    });
    co_return rows.transform([](const std::vector<Row>& found) {
        std::vector<ListedUnit> units;
        units.reserve(found.size());
        for (const Row& row : found) {
            units.push_back({row.get<0>(), row.get<2>(), row.get<3>(), row.get<4>(), row.get<7>()});
        }
        return units;
    });
}

Task<Result<std::string>> Pid1::system_state() {
    co_return co_await state_->repeatable(
        [](Session& session) { return read_manager<std::string>(session, "SystemState"); });
}

Task<Result<std::uint64_t>> Pid1::userspace_start() {
    co_return co_await state_->repeatable(
        [](Session& session) { return read_manager<std::uint64_t>(session, "UserspaceTimestampMonotonic"); });
}

}  // namespace mcpctl::systemd
