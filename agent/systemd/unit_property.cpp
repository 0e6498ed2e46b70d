#include "agent/systemd/unit_property.hpp"

#include <format>

#include "agent/core/definitions.hpp"
#include "agent/core/plain_text.hpp"

namespace mcpctl::systemd {
namespace {

struct StringCheck {
    const std::string& property;

    Result<void> one(const std::string& text, Backslash backslash = Backslash::refused) const {
        return check_plain(text, property, backslash, max_command_bytes);
    }
    Result<void> all(const std::vector<std::string>& texts, Backslash backslash = Backslash::refused) const {
        for (const std::string& text : texts) {
            if (auto checked = one(text, backslash); !checked) {
                return checked;
            }
        }
        return {};
    }

    template <class Plain>
    Result<void> operator()(const Plain&) const {
        return {};  // numbers and booleans cannot break out
    }
    Result<void> operator()(const std::string& text) const { return one(text); }
    Result<void> operator()(const std::vector<std::string>& texts) const {
        return all(texts, property == "Environment" ? Backslash::allowed : Backslash::refused);
    }
    Result<void> operator()(const NameFilter& filter) const { return all(filter.names); }
    Result<void> operator()(const ByteStrings& bytes) const { return all(bytes.values); }
    Result<void> operator()(const std::vector<ExecCommand>& commands) const {
        for (const ExecCommand& command : commands) {
            if (auto checked =
                    one(command.path).and_then([&] { return all(command.argv, Backslash::allowed); }).and_then([&] {
                        return all(command.flags);
                    });
                !checked) {
                return checked;
            }
        }
        return {};
    }
    Result<void> operator()(const std::vector<EncryptedCredential>& credentials) const {
        for (const EncryptedCredential& credential : credentials) {
            if (auto checked = one(credential.id).and_then([&] { return one(credential.path); }); !checked) {
                return checked;
            }
        }
        return {};
    }
    Result<void> operator()(const std::vector<BindMount>& mounts) const {
        for (const BindMount& mount : mounts) {
            if (auto checked = one(mount.source).and_then([&] { return one(mount.destination); }); !checked) {
                return checked;
            }
        }
        return {};
    }
};

}  // namespace

Result<void> check_every_string(const UnitProperties& properties) {
    for (const UnitProperty& property : properties) {
        if (auto checked = std::visit(StringCheck{property.name}, property.value); !checked) {
            return checked;
        }
    }
    return {};
}

}  // namespace mcpctl::systemd
