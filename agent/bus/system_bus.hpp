// The agent on the system bus: connects, offers the objects, owns the name, and comes back when the bus does.
#pragma once

#include <functional>
#include <memory>

#include "agent/bus/context.hpp"
#include "agent/bus/object_tree.hpp"
#include "dbus/connection_loop.hpp"

namespace mcpctl::bus {

class SystemBus {
  public:
    explicit SystemBus(const Context& context) : context_(context) {}

    // One attempt; false where there is no bus now. Then, and whenever the bus goes away, it is tried again for ever.
    Task<bool> connect();
    // Gives the name up, then processes what had been sent to us before: nothing is lost over an idle exit, because the
    // bus sends later calls to a new activation.
    void release_name();
    [[nodiscard]] bool calls_under_way() const { return tree_ && tree_->calls_under_way(); }

  private:
    Task<void> reconnect();
    void lost();

    const Context& context_;
    // In this order: the tree's objects end before their connection.
    std::unique_ptr<dbus::ConnectionLoop> loop_;
    std::unique_ptr<ObjectTree> tree_;
};

}  // namespace mcpctl::bus
