// mcpctl-http-bridge: HTTP for remote callers, on top of the D-Bus interface. systemd starts it with its sockets.
#include <systemd/sd-daemon.h>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <format>
#include <memory>
#include <vector>

#include "base/journal.hpp"
#include "http-bridge/server.hpp"

namespace mcpctl::http_bridge {
namespace {

// sysexits.h: what RestartPreventExitStatus= in the unit names.
constexpr int exit_configuration = 78;
// FileDescriptorName= of sockets that speak TLS.
constexpr std::string_view tls_socket_name = "https";

// Of each, whether it is for TLS.
std::vector<bool> passed_sockets() {
    char** names = nullptr;
    const int count = ::sd_listen_fds_with_names(1, &names);
    std::vector<bool> sockets;
    for (int i = 0; i < count; ++i) {
        const std::unique_ptr<char, decltype(&std::free)> name(names[i], std::free);
        sockets.push_back(name.get() == tls_socket_name);
    }
    std::free(static_cast<void*>(names));
    return sockets;
}

int run(const std::string& file) {
    auto configuration = read_configuration(file);
    if (!configuration) {
        log::error(configuration.error().reason);
        return exit_configuration;
    }
    const std::vector<bool> sockets = passed_sockets();
    if (sockets.empty()) {
        log::error("no socket was passed: systemctl start mcpctl-http-bridge.socket");
        return exit_configuration;
    }
    asio::io_context loop(1);
    Server server(loop.get_executor(), *std::move(configuration));
    int number = SD_LISTEN_FDS_START;
    for (const bool tls : sockets) {
        if (auto listens = server.listen(UniqueFd(number++), tls); !listens) {
            log::error(std::format("{}; {}", listens.error().reason, listens.error().hint));
            return exit_configuration;
        }
    }
    asio::signal_set signals(loop, SIGTERM, SIGINT);
    const auto stop = [&](const std::exception_ptr& failure) {
        if (failure) {
            std::rethrow_exception(failure);
        }
        loop.stop();
    };
    signals.async_wait([&](const boost::system::error_code&, int) { asio::co_spawn(loop, server.leave(), stop); });
    asio::co_spawn(loop, server.until_idle(), stop);
    ::sd_notify(0, "READY=1");
    loop.run();
    ::sd_notify(0, "STOPPING=1");
    // What is still suspended refers to the server, and the server to the loop: neither may go first. Taking them apart
    // crashed now and then with a follower whose connection was just being closed.
    std::_Exit(EXIT_SUCCESS);
}

}  // namespace
}  // namespace mcpctl::http_bridge

int main(int argc, char** argv) {
    CLI::App options("The HTTP bridge of mcpctl. systemd starts it; see mcpctl-http-bridge.service.");
    options.set_version_flag("--version", MCPCTL_VERSION);
    std::string file = "/etc/mcpctl/http-bridge.toml";
    options.add_option("--configuration", file, "Its configuration")->capture_default_str();
    CLI11_PARSE(options, argc, argv);
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return mcpctl::http_bridge::run(file);
    } catch (const std::exception& defect) {
        mcpctl::log::error(std::format("the bridge ends because of a defect: {}", defect.what()));
        return EXIT_FAILURE;
    }
}
