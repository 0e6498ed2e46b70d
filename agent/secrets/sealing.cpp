#include "agent/secrets/sealing.hpp"

#include <systemd/sd-varlink.h>

#include <algorithm>
#include <cstring>
#include <format>
#include <memory>

namespace mcpctl::secrets {
namespace {

constexpr const char* service = "/run/systemd/io.systemd.Credentials";
// A TPM takes seconds.
constexpr std::uint64_t patience_usec = 60'000'000;

using Link = std::unique_ptr<sd_varlink, decltype([](sd_varlink* link) { sd_varlink_unref(link); })>;
using Variant =
    std::unique_ptr<sd_json_variant, decltype([](sd_json_variant* value) { sd_json_variant_unref(value); })>;

// Our own, because sd_json_variant_new_base64() leaves a copy of the text behind.
void append_base64(std::string& text, std::span<const std::uint8_t> bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        unsigned group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            group = (group << 8U) | (j < count ? bytes[i + j] : 0U);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            text += j <= count ? alphabet[(group >> unsigned(18 - 6 * j)) & 63U] : '=';
        }
    }
}

// libsystemd erases what is marked as sensitive when it is freed, and its copies of the message.
Variant parameters_of(const std::string& name, const SecretValue& value) {
    std::string text;
    text.reserve((value.bytes().size() + 2) / 3 * 4);  // it must not move
    append_base64(text, value.bytes());
    sd_json_variant* data = nullptr;
    int made = sd_json_variant_new_stringn(&data, text.data(), text.size());
    ::explicit_bzero(text.data(), text.size());
    const Variant owner(data);
    sd_json_variant* parameters = nullptr;
    if (made >= 0) {
        sd_json_variant_sensitive(data);
        made = sd_json_variant_set_field(&parameters, "data", data);
    }
    if (made >= 0) {
        made = sd_json_variant_set_field_string(&parameters, "name", name.c_str());
    }
    Variant result(parameters);
    return made >= 0 ? std::move(result) : nullptr;
}

std::unexpected<Error> unavailable(std::string_view why) {
    return fail(ErrorCode::Unavailable, std::format("systemd cannot encrypt the secret: {}", why), {},
                "see: systemctl status systemd-creds.socket; journalctl -u 'systemd-creds@*'");
}

}  // namespace

Result<std::string> seal(const std::string& name, const SecretValue& value) {
    sd_varlink* connected = nullptr;
    if (const int error = sd_varlink_connect_address(&connected, service); error < 0) {
        return unavailable(std::format("{}: {}", service, std::strerror(-error)));
    }
    const Link link(connected);
    (void)sd_varlink_set_relative_timeout(connected, patience_usec);
    const Variant parameters = parameters_of(name, value);
    if (!parameters) {
        return unavailable(std::strerror(ENOMEM));
    }
    sd_json_variant* reply = nullptr;  // the connection's
    const char* error_id = nullptr;
    if (const int error =
            sd_varlink_call(connected, "io.systemd.Credentials.Encrypt", parameters.get(), &reply, &error_id);
        error < 0) {
        return unavailable(std::strerror(-error));
    }
    if (error_id != nullptr) {
        return unavailable(error_id);
    }
    sd_json_variant* blob = sd_json_variant_by_key(reply, "blob");
    const char* text = blob == nullptr ? nullptr : sd_json_variant_string(blob);
    if (text == nullptr) {
        return unavailable("its answer has an unknown form");
    }
    return std::string(text);
}

}  // namespace mcpctl::secrets
