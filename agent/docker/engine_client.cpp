#include "agent/docker/engine_client.hpp"

#include <charconv>
#include <format>

#include "agent/core/launch_failure.hpp"
#include "base/shown.hpp"

namespace mcpctl::docker {
namespace {

using namespace std::chrono_literals;

constexpr auto soon = 3s;
constexpr auto quick = 5s;
// Engines set up name spaces, networks and mounts, one container after the other.
constexpr auto slow = 60s;

// What we know of the interface. Podman has stayed with 1.41; newest engines refuse what is older than 1.44.
constexpr int oldest_minor = 41;
constexpr int newest_minor = 47;

// "1.45", nothing for what is no version of the first kind.
std::optional<int> minor_of(std::string_view version) {
    if (!version.starts_with("1.")) {
        return std::nullopt;
    }
    int minor = 0;
    const auto [end, error] = std::from_chars(version.data() + 2, version.data() + version.size(), minor);
    return error == std::errc() && end == version.data() + version.size() ? std::optional(minor) : std::nullopt;
}

bool succeeded(const http::Response& response) {
    return response.status >= 200 && response.status < 300;
}

std::unexpected<Error> refusal(const http::Response& response) {
    return fail(ErrorCode::Unavailable,
                std::format("the engine answers with status {}: {}", response.status, error_message(response.body)));
}

std::unexpected<Error> start_refused(const http::Response& response) {
    return std::unexpected(launch_failure(reason_of_refusal(error_message(response.body))));
}

}  // namespace

std::string url_encoded(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           std::string_view("-._~").contains(c);
        encoded += plain ? std::string(1, c) : std::format("%{:02X}", std::uint8_t(c));
    }
    return encoded;
}

EngineClient::EngineClient(const asio::any_io_executor& executor, Engine engine)
    : engine_(std::move(engine)), http_(executor) {}

Error EngineClient::unavailable(const Error& error) const {
    return {error.code,
            std::format("the engine {} does not answer: {}", engine_.name, error.reason),
            {},
            std::format("is it running? Its socket is {}", engine_.socket)};
}

http::Request EngineClient::request(std::string method, std::string path, Clock::duration timeout) const {
    return {.method = std::move(method),
            .url = "http://engine" + std::move(path),
            .unix_socket = engine_.socket,
            .timeout = timeout,
            .most_bytes = most_answer_bytes};
}

Task<Result<void>> EngineClient::ping() {
    const auto response = co_await http_.send(request("GET", "/_ping", soon));
    if (!response) {
        version_.clear();
        info_.reset();
        co_return std::unexpected(unavailable(response.error()));
    }
    if (!succeeded(*response)) {
        co_return refusal(*response);
    }
    const std::string_view theirs = http::header(response->headers, "Api-Version");
    const auto minor = minor_of(theirs);
    if (!minor || *minor < oldest_minor) {
        co_return fail(ErrorCode::NotSupported,
                       std::format("the engine {} speaks version '{}' of the interface, and 1.{} is needed",
                                   engine_.name, shown(theirs), oldest_minor));
    }
    version_ = std::format("/v1.{}", std::min(*minor, newest_minor));
    co_return Result<void>();
}

Task<Result<std::string>> EngineClient::path(std::string rest) {
    if (version_.empty()) {
        if (const auto there = co_await ping(); !there) {
            co_return std::unexpected(there.error());
        }
    }
    co_return version_ + rest;
}

Task<Result<http::Response>> EngineClient::send(std::string method, std::string rest, std::string body,
                                                Clock::duration timeout) {
    const auto whole = co_await path(std::move(rest));
    if (!whole) {
        co_return std::unexpected(whole.error());
    }
    http::Request asked = request(std::move(method), *whole, timeout);
    if (!body.empty()) {
        asked.headers.emplace_back("Content-Type", "application/json");
        asked.body = std::move(body);
    }
    auto response = co_await http_.send(std::move(asked));
    if (!response) {
        // It may come back as another version.
        version_.clear();
        info_.reset();
        co_return std::unexpected(unavailable(response.error()));
    }
    co_return response;
}

Task<Result<http::Stream>> EngineClient::open(std::string method, std::string rest, Clock::duration timeout) {
    const auto whole = co_await path(std::move(rest));
    if (!whole) {
        co_return std::unexpected(whole.error());
    }
    auto stream = co_await http_.open(request(std::move(method), *whole, timeout));
    if (!stream) {
        co_return std::unexpected(unavailable(stream.error()));
    }
    if (stream->status() != 200) {
        const auto body = co_await stream->read(Clock::now() + quick);
        co_return refusal({stream->status(), {}, body.value_or("")});
    }
    co_return stream;
}

Task<Result<EngineInfo>> EngineClient::info() {
    if (!info_) {
        const auto response = co_await send("GET", "/info", {}, quick);
        if (!response) {
            co_return std::unexpected(response.error());
        }
        if (!succeeded(*response)) {
            co_return refusal(*response);
        }
        auto parsed = parse_info(response->body);
        if (!parsed) {
            co_return std::unexpected(parsed.error());
        }
        info_ = *parsed;
    }
    co_return *info_;
}

Task<Result<std::string>> EngineClient::create(std::string name, std::string body) {
    const auto response =
        co_await send("POST", std::format("/containers/create?name={}", url_encoded(name)), std::move(body), slow);
    if (!response) {
        co_return std::unexpected(response.error());
    }
    if (succeeded(*response)) {
        co_return parse_created(response->body);
    }
    // Podman has no status of its own for a name that is taken.
    const auto there = co_await inspect(name);
    if (there && *there) {
        co_return fail(ErrorCode::AlreadyExists, std::format("a container named {} exists", name));
    }
    co_return start_refused(*response);
}

Task<Result<std::optional<Container>>> EngineClient::inspect(std::string container) {
    const auto response = co_await send("GET", std::format("/containers/{}/json", url_encoded(container)), {}, quick);
    if (!response) {
        co_return std::unexpected(response.error());
    }
    if (response->status == 404) {
        co_return std::optional<Container>();
    }
    if (!succeeded(*response)) {
        co_return refusal(*response);
    }
    co_return parse_container(response->body).transform([](Container found) {
        return std::optional(std::move(found));
    });
}

Task<Result<void>> EngineClient::start(std::string id) {
    const auto response = co_await send("POST", std::format("/containers/{}/start", url_encoded(id)), {}, slow);
    if (!response) {
        co_return std::unexpected(response.error());
    }
    if (succeeded(*response) || response->status == 304) {
        co_return Result<void>();
    }
    co_return start_refused(*response);
}

Task<Result<void>> EngineClient::kill(std::string id, std::string signal) {
    const auto response = co_await send(
        "POST", std::format("/containers/{}/kill?signal={}", url_encoded(id), url_encoded(signal)), {}, quick);
    if (!response) {
        co_return std::unexpected(response.error());
    }
    // 404: there is none. 409: it does not run.
    if (succeeded(*response) || response->status == 404 || response->status == 409) {
        co_return Result<void>();
    }
    co_return refusal(*response);
}

Task<Result<void>> EngineClient::remove(std::string id) {
    const auto response =
        co_await send("DELETE", std::format("/containers/{}?force=true&v=true", url_encoded(id)), {}, slow);
    if (!response) {
        co_return std::unexpected(response.error());
    }
    // 409: somebody else removes it just now.
    if (succeeded(*response) || response->status == 404 || response->status == 409) {
        co_return Result<void>();
    }
    co_return refusal(*response);
}

Task<Result<http::Stream>> EngineClient::wait(const std::string& id) {
    return open("POST", std::format("/containers/{}/wait", url_encoded(id)), quick);
}

Task<Result<std::vector<ListedContainer>>> EngineClient::list() {
    const auto response = co_await send("GET", "/containers/json?all=true", {}, quick);
    if (!response) {
        co_return std::unexpected(response.error());
    }
    if (!succeeded(*response)) {
        co_return refusal(*response);
    }
    co_return parse_listing(response->body);
}

Task<Result<std::optional<std::string>>> EngineClient::image_id(std::string image) {
    const auto response = co_await send("GET", std::format("/images/{}/json", url_encoded(image)), {}, quick);
    if (!response) {
        co_return std::unexpected(response.error());
    }
    if (response->status == 404) {
        co_return std::optional<std::string>();
    }
    if (!succeeded(*response)) {
        co_return refusal(*response);
    }
    co_return parse_image_id(response->body).transform([](std::string id) { return std::optional(std::move(id)); });
}

Task<Result<http::Stream>> EngineClient::pull(const std::string& image) {
    // Without a tag or digest the engine would fetch all tags.
    const std::size_t slash = image.rfind('/');
    const bool tagged = image.find_first_of(":@", slash == std::string::npos ? 0 : slash) != std::string::npos;
    return open("POST", std::format("/images/create?fromImage={}{}", url_encoded(image), tagged ? "" : "&tag=latest"),
                slow);
}

}  // namespace mcpctl::docker
