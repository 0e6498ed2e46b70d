#include "tests/bench/support/session_host.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "ctl/bus_client.hpp"
#include "dbus/names.hpp"

namespace mcpctl::bench {

std::unique_ptr<ctl::AgentClient> make_client() {
    return std::make_unique<ctl::BusClient>([](ctl::SteadyClock::time_point deadline, int interrupt) {
        return ctl::connect(ctl::ConnectionChoice::socket, dbus::socket_path, deadline, interrupt);
    });
}

SessionHost::SessionHost(std::string name, const Command& command, unsigned standbys)
    : name_(std::move(name)), standbys_(standbys), agent_(make_client()) {
    using Json = nlohmann::json;
    const std::string server = name_ + "-server";
    const Json definition{{"name", server}, {"transport", "stdio"}, {"run", {{"command", command}}}};
    const Json profile{{"name", name_}, {"server", server}, {"standby", standbys_}};
    if (!agent_->add_server(definition.dump()) || !agent_->add_profile(profile.dump())) {
        throw std::runtime_error("cannot define " + name_);
    }
    (void)output_of({"mcpctl", "start", name_});
    instance_ = required(agent_->find_instance(name_), "find");
}

ctl::OpenedSession SessionHost::open() {
    return required(agent_->open_session(instance_, patience), "OpenSession");
}

std::vector<ctl::SessionInfo> SessionHost::sessions() {
    return required(agent_->sessions(instance_), "ListSessions");
}

int SessionHost::pid_of(const std::string& session) {
    const auto all = sessions();
    const auto found = std::ranges::find(all, session, &ctl::SessionInfo::id);
    if (found == all.end() || found->pid == 0) {
        throw std::runtime_error("the session has no process");
    }
    return int(found->pid);
}

bool SessionHost::is_settled(std::size_t open) {
    const auto all = sessions();
    const auto left = std::ranges::count_if(all, [](const auto& session) { return session.state != "ended"; });
    return std::size_t(left) == open && required(agent_->instance_at(instance_.path), "instance").standbys == standbys_;
}

void SessionHost::settle(std::size_t open) {
    // Nobody announces either of them.
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!is_settled(open)) {
        if (std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error(name_ + " does not settle");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

}  // namespace mcpctl::bench
