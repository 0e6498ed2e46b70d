#include "mcp/handshake.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <utility>

#include "base/shown.hpp"

namespace mcpctl::mcp {
namespace {

constexpr std::array<std::string_view, 4> legacy_versions{"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"};

bool is_modern_error(std::int64_t code) {
    return code == error_code::header_mismatch || code == error_code::missing_capability ||
           code == error_code::unsupported_version;
}

bool speaks_ours(const Json& versions) {
    return versions.is_array() && std::ranges::find(versions, Json(modern_version)) != versions.end();
}

bool names_a_legacy_version(const Json& versions) {
    return versions.is_array() && std::ranges::any_of(versions, [](const Json& version) {
               return std::ranges::any_of(legacy_versions, [&](std::string_view known) { return version == known; });
           });
}

}  // namespace

Handshake::Handshake(Generation begin_with) : step_(Step::discover) {
    if (begin_with == Generation::legacy) {
        begin_legacy();
    }
}

std::optional<Outgoing> Handshake::next() {
    switch (step_) {
        case Step::discover:
            return request(agreement_, ++last_id_, "server/discover", {});
        case Step::initialize:
            return request(agreement_, ++last_id_, "initialize", {});
        case Step::initialized:
            step_ = Step::done;
            return notification("notifications/initialized");
        case Step::done:
        case Step::failed:
            break;
    }
    return std::nullopt;
}

void Handshake::answered(const Message& message) {
    if (step_ == Step::discover) {
        discovered(message);
    } else if (step_ == Step::initialize) {
        initialized(message);
    }
}

void Handshake::unanswered() {
    if (step_ == Step::discover) {
        begin_legacy();
    } else {
        give_up("the server did not answer initialize");
    }
}

void Handshake::begin_legacy() {
    step_ = Step::initialize;
    agreement_ = {Generation::legacy, std::string(legacy_version)};
}

// Nothing may depend on one error code: whatever is no modern answer is a legacy server's.
void Handshake::discovered(const Message& message) {
    if (message.kind == Message::Kind::result && message.result.is_object()) {
        const Json versions = message.result.value("supportedVersions", Json());
        if (speaks_ours(versions)) {
            step_ = Step::done;
        } else if (!versions.is_array() || names_a_legacy_version(versions)) {
            begin_legacy();
        } else {
            give_up(std::format("the server speaks only {}", shown(versions.dump())));
        }
        return;
    }
    if (!is_modern_error(message.code)) {
        begin_legacy();
        return;
    }
    const Json supported = message.data.is_object() ? message.data.value("supported", Json()) : Json();
    if (names_a_legacy_version(supported)) {
        begin_legacy();
    } else {
        give_up(std::format("the server refuses protocol version {}: {}", modern_version, shown(message.text)));
    }
}

void Handshake::initialized(const Message& message) {
    if (message.kind != Message::Kind::result || !message.result.is_object()) {
        give_up(std::format("the server refuses initialize: error {}: {}", message.code, shown(message.text)));
        return;
    }
    const Json version = message.result.value("protocolVersion", Json());
    const auto* const known =
        std::ranges::find_if(legacy_versions, [&](std::string_view one) { return version == one; });
    if (known == legacy_versions.end()) {
        give_up(
            std::format("the server wants protocol version {}, which mcpctl does not speak", shown(version.dump())));
        return;
    }
    agreement_.version = *known;
    step_ = Step::initialized;
}

void Handshake::give_up(std::string reason) {
    step_ = Step::failed;
    error_ = {ErrorCode::NotSupported, std::move(reason)};
}

Result<Agreement> Handshake::outcome() const {
    return step_ == Step::failed ? Result<Agreement>(std::unexpected(error_)) : Result<Agreement>(agreement_);
}

}  // namespace mcpctl::mcp
