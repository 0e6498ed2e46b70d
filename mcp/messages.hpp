// JSON-RPC messages of both generations of the protocol: up to 2025-11-25, where a handshake comes first, and from
// 2026-07-28, where every request says which revision it speaks.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace mcpctl::mcp {

// Ordered, so that what a server sent is shown as it sent it.
using Json = nlohmann::ordered_json;

constexpr std::string_view modern_version = "2026-07-28";
constexpr std::string_view legacy_version = "2025-11-25";

enum class Generation : std::uint8_t { legacy, modern };

// What a server and we speak.
struct Agreement {
    Generation generation = Generation::modern;
    std::string version{modern_version};
};

// A message that is ready to be sent.
struct Outgoing {
    std::string text;     // one line
    std::int64_t id = 0;  // of a request; 0: a notification, which is not answered
    std::string method;
    std::string name = {};  // what Mcp-Name says: the tool, prompt or resource that it is about
};

// `params` is an object, or null for none.
[[nodiscard]] Outgoing request(const Agreement& agreement, std::int64_t id, std::string method, Json params);
[[nodiscard]] Outgoing notification(std::string method);
// The answer to a request of the server's: we offer it nothing.
[[nodiscard]] std::string refusal_of(const Json& id);

namespace error_code {
constexpr std::int64_t method_not_found = -32601;
constexpr std::int64_t invalid_params = -32602;
constexpr std::int64_t header_mismatch = -32020;
constexpr std::int64_t missing_capability = -32021;
constexpr std::int64_t unsupported_version = -32022;
}  // namespace error_code

struct Message {
    enum class Kind : std::uint8_t { result, error, request, notification, invalid };
    Kind kind = Kind::invalid;
    Json id;             // of results, errors and requests
    std::string method;  // of requests and notifications
    Json result;
    std::int64_t code = 0;  // of errors
    std::string text;       // of errors: for people
    Json data;              // of errors

    [[nodiscard]] bool answers(std::int64_t request) const {
        return (kind == Kind::result || kind == Kind::error) && id == request;
    }
};

[[nodiscard]] Message parse_message(std::string_view text);

}  // namespace mcpctl::mcp
