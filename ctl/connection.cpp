#include "ctl/connection.hpp"

#include <poll.h>
#include <sdbus-c++/Error.h>
#include <sdbus-c++/Message.h>
#include <systemd/sd-bus.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <format>
#include <utility>

#include "dbus/errors.hpp"
#include "dbus/names.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view where_to_look = "systemctl status mcpctl-agent.service mcpctl-agent.socket";

struct BusCloser {
    void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
};
using BusHandle = std::unique_ptr<sd_bus, BusCloser>;

int poll_timeout(SteadyClock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now()).count();
    constexpr long longest = 3'600'000;
    return int(std::clamp<long>(left, 0, longest));
}

// 0 when the bus is authenticated, else a negative errno.
int authenticate(sd_bus* bus, SteadyClock::time_point deadline, int interrupt_fd) {
    while (true) {
        const int ready = sd_bus_is_ready(bus);
        if (ready != 0) {
            return std::min(ready, 0);
        }
        const int progress = sd_bus_process(bus, nullptr);
        if (progress < 0) {
            return progress;
        }
        if (progress > 0) {
            continue;
        }
        const auto events = short(sd_bus_get_events(bus));
        std::array<pollfd, 2> watched{pollfd{sd_bus_get_fd(bus), events, 0}, pollfd{interrupt_fd, POLLIN, 0}};
        const int ended = ::poll(watched.data(), watched.size(), poll_timeout(deadline));
        if (ended == 0) {
            return -ETIMEDOUT;
        }
        if (watched[1].revents != 0) {
            return -EINTR;
        }
    }
}

// A negative errno, or the connection in `result`.
int connect_socket(std::string_view path, SteadyClock::time_point deadline, int interrupt_fd,
                   std::unique_ptr<Connection>& result) {
    sd_bus* raw = nullptr;
    int r = sd_bus_new(&raw);
    BusHandle bus(raw);
    r = r < 0 ? r : sd_bus_set_address(bus.get(), std::format("unix:path={}", path).c_str());
    r = r < 0 ? r : sd_bus_start(bus.get());
    r = r < 0 ? r : authenticate(bus.get(), deadline, interrupt_fd);
    if (r >= 0) {
        result = std::make_unique<Connection>(sdbus::createBusConnection(bus.release()), "");
    }
    return r;
}

bool is_broken_off(int negative_errno) {
    return negative_errno == -ECONNRESET || negative_errno == -EPIPE || negative_errno == -ENOTCONN;
}

std::string socket_failure(std::string_view path, int negative_errno) {
    if (negative_errno == -ETIMEDOUT) {
        return std::format("the agent did not answer at {} in time", path);
    }
    return std::format("{}: {}", path, std::strerror(-negative_errno));
}

std::string hint_after(int socket_errno) {
    std::string hint(where_to_look);
    if (socket_errno == -EACCES || socket_errno == -EPERM) {
        return "only root and members of the group mcpctl may use the agent's socket: see id(1) and usermod -aG mcpctl";
    }
    return hint;
}

std::unique_ptr<Connection> connect_bus() {
    sd_bus* raw = nullptr;
    int r = sd_bus_open_system(&raw);
    BusHandle bus(raw);
    const bool prompts = PolkitAgent::is_of_use();
    r = r < 0 ? r : sd_bus_set_allow_interactive_authorization(bus.get(), prompts ? 1 : 0);
    if (r < 0) {
        throw sdbus::createError(-r, "cannot connect");
    }
    return std::make_unique<Connection>(sdbus::createBusConnection(bus.release()), std::string(dbus::service_name),
                                        prompts);
}

// An agent that was about to exit when we came in breaks off before it has read anything, and the socket unit starts
// it again for the next connection: nothing was asked yet, so asking again is safe.
int connect_socket_patiently(std::string_view path, SteadyClock::time_point deadline, int interrupt_fd,
                             std::unique_ptr<Connection>& result) {
    int r = 0;
    for (int attempt = 0; attempt < 3; ++attempt) {
        r = connect_socket(path, deadline, interrupt_fd, result);
        if (!is_broken_off(r)) {
            return r;
        }
    }
    return r;
}

}  // namespace

Connection::Connection(std::unique_ptr<sdbus::IConnection> bus, std::string service, bool prompts)
    : bus_(std::move(bus)), service_(std::move(service)), prompts_(prompts) {}

std::chrono::seconds Connection::prepare_prompt(std::chrono::seconds patience) {
    if (!prompts_) {
        return patience;
    }
    if (!polkit_agent_) {
        polkit_agent_.emplace();
    }
    return std::max(patience, prompt_deadline);
}

void Connection::process(const std::function<bool()>& done) {
    try {
        while (!done() && bus_->processPendingEvent()) {
        }
    } catch (const sdbus::Error&) {
        lost_ = true;
    }
}

Wake Connection::run_until(const std::function<bool()>& done, SteadyClock::time_point deadline, int interrupt_fd) {
    while (true) {
        process(done);
        if (done()) {
            return Wake::done;
        }
        if (lost_) {
            return Wake::lost;
        }
        const auto data = bus_->getEventLoopPollData();
        std::array<pollfd, 3> watched{pollfd{data.fd, data.events, 0}, pollfd{data.eventFd, POLLIN, 0},
                                      pollfd{interrupt_fd, POLLIN, 0}};
        const int bus_timeout = data.getPollTimeout();
        const int our_timeout = poll_timeout(deadline);
        const int timeout = bus_timeout < 0 ? our_timeout : std::min(bus_timeout, our_timeout);
        const int ended = ::poll(watched.data(), watched.size(), timeout);
        if (watched[2].revents != 0) {
            return Wake::interrupted;
        }
        if (ended == 0 && SteadyClock::now() >= deadline) {
            return Wake::deadline;
        }
    }
}

void Connection::watch_agent() {
    if (service_.empty()) {
        return;  // a peer that goes away takes the connection with it
    }
    const std::string rule = std::format(
        "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
        "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{}'",
        service_);
    bus_->addMatch(rule, [this](sdbus::Message message) {
        std::string name;
        std::string old_owner;
        std::string new_owner;
        message >> name >> old_owner >> new_owner;
        agent_left_ = agent_left_ || new_owner.empty();
        agent_came_back_ = agent_left_ && !new_owner.empty();
    });
}

Result<std::unique_ptr<Connection>> connect(ConnectionChoice choice, std::string_view socket_path,
                                            SteadyClock::time_point deadline, int interrupt_fd) {
    std::unique_ptr<Connection> connection;
    int r = -ENOENT;
    if (choice != ConnectionChoice::bus) {
        r = connect_socket_patiently(socket_path, deadline, interrupt_fd, connection);
        if (r >= 0) {
            return connection;
        }
        // An agent that hangs would not answer on the bus either.
        if (choice == ConnectionChoice::socket || r == -ETIMEDOUT || r == -EINTR) {
            return fail(ErrorCode::Unavailable, "cannot reach the agent: " + socket_failure(socket_path, r), {},
                        hint_after(r));
        }
    }
    try {
        return connect_bus();
    } catch (const sdbus::Error& error) {
        std::string reason = "cannot reach the agent: system bus: " + dbus::from_bus(error).reason;
        if (choice == ConnectionChoice::automatic) {
            reason += "; " + socket_failure(socket_path, r);
        }
        return fail(ErrorCode::Unavailable, std::move(reason), {}, hint_after(r));
    }
}

}  // namespace mcpctl::ctl
