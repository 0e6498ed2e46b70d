// A container engine with memory and nothing behind it, on a Unix socket: answers as Docker does, or as badly as a test
// wants.
#pragma once

#include <unistd.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>
#include <filesystem>
#include <format>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/async.hpp"

namespace mcpctl::test {

class FakeEngine {
  public:
    explicit FakeEngine(asio::io_context& loop)
        : path_(std::filesystem::temp_directory_path() / std::format("mcpctl-engine-{}", ::getpid())), acceptor_(loop) {
        begin();
    }
    FakeEngine(const FakeEngine&) = delete;
    FakeEngine& operator=(const FakeEngine&) = delete;
    ~FakeEngine() { end(); }

    void begin() {
        std::filesystem::remove(path_);
        acceptor_ = asio::local::stream_protocol::acceptor(acceptor_.get_executor(), path_.string());
        running_ = true;
        asio::co_spawn(acceptor_.get_executor(), accept(), asio::detached);
    }
    // As when it is stopped: its socket is gone, and who is connected gets no more answers.
    void end() {
        running_ = false;
        acceptor_.close();
        std::filesystem::remove(path_);
    }
    [[nodiscard]] std::string socket() const { return path_.string(); }

    struct Container {
        std::string id;
        nlohmann::json request;
        bool running = false;
    };
    std::map<std::string, Container> containers;  // by name
    std::map<std::string, std::string> images;    // ids by name
    std::vector<std::string> requests;            // "POST /v1.45/containers/create?name=x"
    // The whole answer to a request, head and all, instead of the proper one. "" is none: the caller waits.
    std::function<std::optional<std::string>(const std::string& request)> misbehaves;
    bool hangs_after_mischief = false;  // instead of closing the connection

    static std::string answer(int status, const std::string& body) {
        return std::format("HTTP/1.1 {} X\r\nApi-Version: 1.45\r\nContent-Length: {}\r\n\r\n{}", status, body.size(),
                           body);
    }
    // Puts a container there, as somebody else would.
    void put(const std::string& name, nlohmann::json labels) {
        const std::string id = std::format("{:064x}", ++ids_);
        containers[name] = {id, {{"Labels", std::move(labels)}}, false};
    }

  private:
    Task<void> accept() {
        while (true) {
            auto socket = co_await acceptor_.async_accept(asio::use_awaitable);
            asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)), asio::detached);
        }
    }
    Task<void> serve(asio::local::stream_protocol::socket socket) {
        std::string buffer;
        while (true) {
            const auto size =
                co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer), "\r\n\r\n", asio::use_awaitable);
            const std::string head = buffer.substr(0, size);
            buffer.erase(0, size);
            const std::size_t length = length_in(head);
            if (buffer.size() < length) {
                co_await asio::async_read(socket, asio::dynamic_buffer(buffer),
                                          asio::transfer_exactly(length - buffer.size()), asio::use_awaitable);
            }
            if (!running_) {
                co_return;
            }
            const std::string request = head.substr(0, head.find(" HTTP/"));
            requests.push_back(request);
            const auto wrong = misbehaves ? misbehaves(request) : std::nullopt;
            const std::string whole = wrong ? *wrong : proper(request, buffer.substr(0, length));
            buffer.erase(0, length);
            co_await asio::async_write(socket, asio::buffer(whole), asio::use_awaitable);
            if (wrong && !wrong->empty() && !hangs_after_mischief) {
                co_return;
            }
        }
    }
    static std::size_t length_in(const std::string& head) {
        const std::size_t at = head.find("Content-Length: ");
        return at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + 16, nullptr, 10);
    }

    std::string proper(const std::string& request, const std::string& body) {
        const auto has = [&](const char* part) { return request.contains(part); };
        if (has("/_ping")) {
            return answer(200, "OK");
        }
        if (has("/info")) {
            return answer(200, R"({"CgroupDriver":"systemd","InitBinary":"docker-init"})");
        }
        if (has("/containers/create")) {
            return create(request.substr(request.find("name=") + 5), body);
        }
        if (has("/containers/json")) {
            return listing();
        }
        if (has("/images/")) {
            for (const auto& [name, id] : images) {
                if (has(name.c_str())) {
                    return answer(200, nlohmann::json{{"Id", id}}.dump());
                }
            }
            return answer(404, R"({"message":"No such image"})");
        }
        for (auto& [name, container] : containers) {
            if (has(name.c_str()) || has(container.id.c_str())) {
                return of_container(request, name, container);
            }
        }
        return answer(404, R"({"message":"No such container"})");
    }
    std::string create(const std::string& name, const std::string& body) {
        if (containers.contains(name)) {
            return answer(409, R"({"message":"Conflict. The container name is already in use"})");
        }
        const std::string id = std::format("{:064x}", ++ids_);
        containers[name] = {id, nlohmann::json::parse(body), false};
        return answer(201, nlohmann::json{{"Id", id}}.dump());
    }
    std::string listing() {
        auto list = nlohmann::json::array();
        for (const auto& [name, container] : containers) {
            list.push_back({{"Id", container.id}, {"Names", {"/" + name}}, {"Labels", container.request["Labels"]}});
        }
        return answer(200, list.dump());
    }
    std::string of_container(const std::string& request, const std::string& name, Container& container) {
        if (request.starts_with("DELETE")) {
            containers.erase(std::string(name));
            return answer(204, "");
        }
        if (request.contains("/kill")) {
            container.running = false;
            return answer(204, "");
        }
        return answer(200, nlohmann::json{{"Id", container.id},
                                          {"Name", "/" + name},
                                          {"Image", "sha256:1"},
                                          {"Config", {{"Labels", container.request["Labels"]}}},
                                          {"State", {{"Running", container.running}, {"StartedAt", "0001-"}}}}
                               .dump());
    }

    std::filesystem::path path_;
    asio::local::stream_protocol::acceptor acceptor_;
    bool running_ = false;
    int ids_ = 0;
};

}  // namespace mcpctl::test
