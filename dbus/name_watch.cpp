#include "dbus/name_watch.hpp"

#include <sdbus-c++/Message.h>

#include <format>
#include <utility>

namespace mcpctl::dbus {

sdbus::Slot when_name_vanishes(sdbus::IConnection& connection, const std::string& name,
                               std::function<void()> vanished) {
    const std::string rule = std::format(
        "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
        "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{}',arg2=''",
        name);
    auto called = [vanished = std::move(vanished)](const sdbus::Message& /*signal*/) {
        const auto copy = vanished;  // the slot owns the callback, and may go while it runs
        copy();
    };
    return connection.addMatchAsync(
        rule, std::move(called), [](const sdbus::Message& /*installed*/) {}, sdbus::return_slot);
}

}  // namespace mcpctl::dbus
