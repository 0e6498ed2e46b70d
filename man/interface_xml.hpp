// The contract's files as they are written: introspection data, and comments that say what it means. Reads what
// dbus/interfaces holds, which is less than XML.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mcpctl::man {

struct Argument {
    std::string name;
    std::string type;
    bool out = false;
};

struct Member {
    std::string kind;  // method, property or signal
    std::string name;
    std::string type;  // of a property
    std::vector<Argument> arguments;
};

// Members that one comment explains.
struct MemberGroup {
    std::string comment;
    std::vector<Member> members;
};

struct Interface {
    std::string name;
    std::string comment;
    std::vector<MemberGroup> groups;
};

[[nodiscard]] Interface interface_in(std::string_view xml);

}  // namespace mcpctl::man
