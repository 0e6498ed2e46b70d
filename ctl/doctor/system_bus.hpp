// Questions to services on the system bus, each with a deadline of its own.
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace mcpctl::ctl {

class SystemBus {
  public:
    // Throws sdbus::Error, as everything here does.
    SystemBus() : connection_(sdbus::createSystemBusConnection()) {}

    template <class Out, class... In>
    Out ask(const std::string& service, const std::string& path, const std::string& interface,
            const std::string& method, const In&... arguments) {
        Out answer;
        proxy(service, path)
            ->callMethod(method)
            .onInterface(interface)
            .withTimeout(patience)
            .withArguments(arguments...)
            .storeResultsTo(answer);
        return answer;
    }

    template <class Value>
    Value property(const std::string& service, const std::string& path, const std::string& interface,
                   const std::string& name) {
        return ask<sdbus::Variant>(service, path, "org.freedesktop.DBus.Properties", "Get", interface, name)
            .template get<Value>();
    }

  private:
    static constexpr std::chrono::seconds patience{10};

    std::unique_ptr<sdbus::IProxy> proxy(const std::string& service, const std::string& path) {
        return sdbus::createProxy(*connection_, sdbus::ServiceName(service), sdbus::ObjectPath(path));
    }

    std::unique_ptr<sdbus::IConnection> connection_;
};

}  // namespace mcpctl::ctl
