#include "dbus/errors.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <string>

#include "dbus/names.hpp"

namespace mcpctl::dbus {
namespace {

constexpr std::string_view field_label = "Field: ";
constexpr std::string_view hint_label = "Hint: ";

struct ForeignError {
    std::string_view name;
    ErrorCode code;
};

// sd-bus turns errno values into System.Error.*; a lost connection shows up in several of them.
constexpr std::array foreign_errors{
    ForeignError{"org.freedesktop.DBus.Error.AccessDenied", ErrorCode::AccessDenied},
    ForeignError{"org.freedesktop.DBus.Error.AuthFailed", ErrorCode::AccessDenied},
    ForeignError{"org.freedesktop.DBus.Error.NoReply", ErrorCode::TimedOut},
    ForeignError{"org.freedesktop.DBus.Error.Timeout", ErrorCode::TimedOut},
    ForeignError{"System.Error.ETIMEDOUT", ErrorCode::TimedOut},
    ForeignError{"org.freedesktop.DBus.Error.UnknownObject", ErrorCode::NotFound},
    ForeignError{"org.freedesktop.DBus.Error.LimitsExceeded", ErrorCode::LimitsExceeded},
    ForeignError{"org.freedesktop.DBus.Error.InvalidArgs", ErrorCode::InvalidArgument},
    ForeignError{"org.freedesktop.DBus.Error.ServiceUnknown", ErrorCode::Unavailable},
    ForeignError{"org.freedesktop.DBus.Error.NameHasNoOwner", ErrorCode::Unavailable},
    ForeignError{"org.freedesktop.DBus.Error.NoServer", ErrorCode::Unavailable},
    ForeignError{"org.freedesktop.DBus.Error.Disconnected", ErrorCode::Unavailable},
    ForeignError{"org.freedesktop.DBus.Error.FileNotFound", ErrorCode::Unavailable},
    ForeignError{"org.freedesktop.DBus.Error.Spawn.Failed", ErrorCode::Unavailable},
    ForeignError{"org.freedesktop.systemd1.NoSuchUnit", ErrorCode::Unavailable},
    ForeignError{"org.freedesktop.systemd1.UnitExists", ErrorCode::AlreadyExists},
    ForeignError{"System.Error.ENOTCONN", ErrorCode::Unavailable},
    ForeignError{"System.Error.ECONNRESET", ErrorCode::Unavailable},
    ForeignError{"System.Error.ECONNREFUSED", ErrorCode::Unavailable},
    ForeignError{"System.Error.ENOENT", ErrorCode::Unavailable},
    ForeignError{"System.Error.EPIPE", ErrorCode::Unavailable},
    ForeignError{"System.Error.EACCES", ErrorCode::AccessDenied},
    ForeignError{"System.Error.EPERM", ErrorCode::AccessDenied},
};

}  // namespace

std::string message_of(const Error& error) {
    std::string text = error.reason;
    if (!error.field.empty()) {
        text.append("\n").append(field_label).append(error.field);
    }
    if (!error.hint.empty()) {
        text.append("\n").append(hint_label).append(error.hint);
    }
    return text;
}

Error error_from(std::string_view code, std::string_view message) {
    Error error{error_code_named(code), {}};
    for (const auto part : message | std::views::split('\n')) {
        const std::string_view line(part);
        if (line.starts_with(field_label)) {
            error.field = line.substr(field_label.size());
        } else if (line.starts_with(hint_label)) {
            error.hint = line.substr(hint_label.size());
        } else {
            error.reason.append(error.reason.empty() ? "" : "\n").append(line);
        }
    }
    return error;
}

sdbus::Error to_bus(const Error& error) {
    return sdbus::Error(sdbus::Error::Name(std::string(error_prefix) + std::string(name_of(error.code))),
                        message_of(error));
}

Error from_bus(const sdbus::Error& error) {
    const std::string_view name = error.getName();
    if (name.starts_with(error_prefix)) {
        return error_from(name.substr(error_prefix.size()), error.getMessage());
    }
    const auto* row = std::ranges::find(foreign_errors, name, &ForeignError::name);
    return {row == foreign_errors.end() ? ErrorCode::Internal : row->code, error.getMessage()};
}

}  // namespace mcpctl::dbus
