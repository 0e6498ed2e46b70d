#include "dbus/message.hpp"

#include <systemd/sd-bus.h>

namespace mcpctl::dbus {
namespace {

// A derived class may name the handle that sdbus-c++ keeps to itself.
struct Handle : sdbus::Message {
    static sd_bus_message* of(const sdbus::Message& message) {
        return static_cast<sd_bus_message*>(message.*(&Handle::msg_));
    }
};

}  // namespace

void allow_interaction(sdbus::Message& call) {
    sd_bus_message_set_allow_interactive_authorization(Handle::of(call), 1);
}

void mark_sensitive(const sdbus::Message& message) {
    sd_bus_message_sensitive(Handle::of(message));
}

bool allows_interaction(const sdbus::Message& call) {
    return sd_bus_message_get_allow_interactive_authorization(Handle::of(call)) > 0;
}

}  // namespace mcpctl::dbus
