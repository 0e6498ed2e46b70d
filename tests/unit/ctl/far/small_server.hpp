// A server that answers each connection's one request as a handler says, and closes it.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <format>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"

namespace mcpctl::ctl::far {

inline std::string answer(int status, const std::string& type, const std::string& body, const std::string& more = "") {
    return std::format("HTTP/1.1 {} X\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}Connection: close\r\n\r\n{}",
                       status, type, body.size(), more, body);
}

inline std::string json_answer(const std::string& body, int status = 200, const std::string& more = "") {
    return answer(status, "application/json", body, more);
}

inline std::string problem_answer(int status, const std::string& code, const std::string& more = "") {
    return answer(
        status, "application/problem+json",
        std::format(R"({{"status":{},"code":"{}","reason":"why","field":"where","hint":"what then"}})", status, code),
        more);
}

// Ends with the connection.
inline std::string stream_answer(const std::string& events) {
    return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + events;
}

class SmallServer {
  public:
    // Gets the whole request as text.
    using Handler = std::function<std::string(const std::string& request)>;

    explicit SmallServer(Handler handler)
        : handler_(std::move(handler)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(listener_.get(), 8), 0);
        EXPECT_EQ(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
        origin_ = std::format("http://127.0.0.1:{}", ntohs(address.sin_port));
        thread_ = std::jthread([this] { serve(); });
    }
    SmallServer(const SmallServer&) = delete;
    SmallServer& operator=(const SmallServer&) = delete;
    ~SmallServer() { end(); }

    [[nodiscard]] const std::string& origin() const { return origin_; }
    // The first line of each request, once the server has ended.
    const std::vector<std::string>& seen() {
        end();
        return seen_;
    }

  private:
    void serve() {
        for (UniqueFd client; client.reset(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)), client;) {
            const std::string request = read(client.get());
            seen_.push_back(request.substr(0, request.find("\r\n")));
            const std::string text = handler_(request);
            ::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL);
        }
    }
    static std::string read(int fd) {
        std::string text;
        std::size_t wanted = std::string::npos;
        std::string portion(65536, '\0');
        for (ssize_t count = 0; text.size() < wanted && (count = ::read(fd, portion.data(), portion.size())) > 0;) {
            text.append(portion, 0, std::size_t(count));
            const std::size_t end = text.find("\r\n\r\n");
            if (end != std::string::npos && wanted == std::string::npos) {
                const std::size_t length = text.find("Content-Length: ");
                wanted = end + 4 + (length < end ? std::stoul(text.substr(length + 16)) : 0);
            }
        }
        return text;
    }
    void end() {
        ::shutdown(listener_.get(), SHUT_RDWR);
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    Handler handler_;
    UniqueFd listener_;
    std::string origin_;
    std::vector<std::string> seen_;
    std::jthread thread_;
};

}  // namespace mcpctl::ctl::far
