#include "tests/system/support/session_client.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sdbus-c++/sdbus-c++.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <map>

#include "tests/system/support/mcpctl.hpp"

namespace mcpctl::test {
namespace {

constexpr int patience_ms = 30'000;
constexpr std::string_view error_prefix = "org.mcpctl.Agent1.Error.";

std::pair<UniqueFd, std::string> open_session(const std::string& instance) {
    // A connection of its own: the agent that the last one talked to may be dead.
    const auto bus = sdbus::createSystemBusConnection();
    std::string id = status_of(instance).value("id", "");
    std::erase(id, '-');
    const auto proxy = sdbus::createProxy(*bus, sdbus::ServiceName("org.mcpctl.Agent1"),
                                          sdbus::ObjectPath("/org/mcpctl/Agent1/instance/" + id));
    sdbus::UnixFd fd;
    std::string session;
    proxy->callMethod("OpenSession")
        .onInterface("org.mcpctl.Agent1.Instance")
        .withTimeout(std::chrono::minutes(2))
        .withArguments(std::map<std::string, sdbus::Variant>())
        .storeResultsTo(fd, session);
    // The library's duplicate would be inherited by every program that a test starts, and hold the end of input up.
    UniqueFd own(fd.release());
    ::fcntl(own.get(), F_SETFD, FD_CLOEXEC);
    return {std::move(own), session};
}

}  // namespace

SessionClient SessionClient::open(const std::string& instance) {
    try {
        auto [fd, id] = open_session(instance);
        return {std::move(fd), std::move(id)};
    } catch (const sdbus::Error& error) {
        ADD_FAILURE() << "OpenSession: " << error.what();
        return {UniqueFd(), ""};
    }
}

std::string SessionClient::refusal(const std::string& instance) {
    try {
        open_session(instance);
        return "";
    } catch (const sdbus::Error& error) {
        const std::string name = error.getName();
        return name.starts_with(error_prefix) ? name.substr(error_prefix.size()) : name;
    }
}

void SessionClient::send(const Json& message) const {
    const std::string text = message.dump() + '\n';
    for (std::size_t sent = 0; sent < text.size();) {
        const ssize_t size = ::send(fd_.get(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (size < 0) {
            ASSERT_EQ(errno, EINTR) << "the session takes no input";
            continue;
        }
        sent += std::size_t(size);
    }
}

// False at the end of output, or when nothing comes.
bool SessionClient::fill() {
    pollfd asked{fd_.get(), POLLIN, 0};
    const int ready = ::poll(&asked, 1, patience_ms);
    EXPECT_EQ(ready, 1) << "the server says nothing";
    if (ready != 1) {
        return false;
    }
    std::array<char, 65536> bytes{};
    const ssize_t size = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
    buffer_.append(bytes.data(), std::size_t(std::max<ssize_t>(size, 0)));
    return size > 0;
}

std::optional<Json> SessionClient::receive() {
    std::size_t end = buffer_.find('\n');
    while (end == std::string::npos) {
        const std::size_t searched = buffer_.size();
        if (!fill()) {
            return std::nullopt;
        }
        end = buffer_.find('\n', searched);
    }
    Json message = Json::parse(buffer_.substr(0, end), nullptr, false);
    EXPECT_FALSE(message.is_discarded()) << "no JSON: " << buffer_.substr(0, std::min<std::size_t>(end, 200));
    buffer_.erase(0, end + 1);
    return message;
}

Json SessionClient::request(const std::string& method, const Json& params) {
    const int id = ++next_;
    send({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}});
    while (const auto message = receive()) {
        if (message->value("id", Json()) == Json(id)) {
            EXPECT_TRUE(message->contains("result")) << message->dump();
            return message->value("result", Json());
        }
    }
    ADD_FAILURE() << "no answer to " << method;
    return nullptr;
}

Json SessionClient::initialize() {
    Json result = request("initialize", {{"protocolVersion", "2025-11-25"},
                                         {"capabilities", Json::object()},
                                         {"clientInfo", {{"name", "mcpctl-tests"}, {"version", "1"}}}});
    send({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}});
    return result.is_object() ? result.value("serverInfo", Json()) : Json();
}

Json SessionClient::call(const std::string& tool, const Json& arguments) {
    const Json result = request("tools/call", {{"name", tool}, {"arguments", arguments}});
    return result.is_object() ? result.value("structuredContent", Json()) : Json();
}

void SessionClient::end_input() const {
    ::shutdown(fd_.get(), SHUT_WR);
}

bool SessionClient::at_end() {
    while (fill()) {
    }
    char byte = 0;
    return ::recv(fd_.get(), &byte, 1, MSG_DONTWAIT) == 0;
}

Json session_of(const std::string& instance, const std::string& id) {
    for (const Json& session : mcpctl_json({"sessions", instance})) {
        if (session.value("session", "") == id) {
            return session;
        }
    }
    return nullptr;
}

}  // namespace mcpctl::test
