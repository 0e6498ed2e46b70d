// The contract as its files say it.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace mcpctl::test {

inline constexpr const char* interfaces[] = {"Manager", "Instance", "Job", "Profile", "Server"};

inline std::set<std::string> members_of(const std::string& xml, const std::string& interface) {
    std::set<std::string> members;
    const std::regex element(R"RE(<(method|property|signal|arg)\s+([^>]*?)/?>)RE");
    const std::regex attribute(R"RE((\w+)="([^"]*)")RE");
    const std::size_t begin = xml.find("interface name=\"" + interface + "\"");
    const std::string body =
        begin == std::string::npos ? "" : xml.substr(begin, xml.find("</interface>", begin) - begin);
    std::string owner;
    for (std::sregex_iterator it(body.begin(), body.end(), element), end; it != end; ++it) {
        std::map<std::string, std::string> attributes;
        const std::string text = (*it)[2];
        for (std::sregex_iterator a(text.begin(), text.end(), attribute); a != end; ++a) {
            attributes[(*a)[1]] = (*a)[2];
        }
        if ((*it)[1] == "arg") {
            const std::string direction = attributes["direction"] == "in" ? "in" : "out";
            members.insert(owner + " " + direction + " " + attributes["name"] + ":" + attributes["type"]);
        } else {
            owner = (*it)[1].str() + " " + attributes["name"];
            members.insert(owner + " " + attributes["type"] + attributes["access"]);
        }
    }
    return members;
}

inline std::string file_text(const std::string& interface) {
    std::ifstream file(std::filesystem::path(MCPCTL_INTERFACES) / (interface + ".xml"));
    std::stringstream text;
    text << file.rdbuf();
    // Comments may hold anything, also what looks like an element.
    return std::regex_replace(text.str(), std::regex("<!--[\\s\\S]*?-->"), "");
}

// "Manager.Start" and so on; `kind` is method or property.
inline std::set<std::string> documented(const std::string& kind) {
    std::set<std::string> names;
    for (const char* name : interfaces) {
        const std::string interface = std::string("org.mcpctl.Agent1.") + name;
        const std::size_t prefix = kind.size() + 1;
        for (const std::string& member : members_of(file_text(interface), interface)) {
            if (member.starts_with(kind + " ") && member.find(':') == std::string::npos) {
                names.insert(std::string(name) + "." + member.substr(prefix, member.find(' ', prefix) - prefix));
            }
        }
    }
    return names;
}

// Types of what a method takes, in their order.
inline std::vector<std::string> arguments_of(const std::string& interface, const std::string& method) {
    const std::string text = file_text("org.mcpctl.Agent1." + interface);
    const std::size_t begin = text.find("method name=\"" + method + "\"");
    const std::string body = text.substr(begin, text.find("</method>", begin) - begin);
    const std::regex argument(R"RE(type="([^"]*)" direction="in")RE");
    std::vector<std::string> types;
    for (std::sregex_iterator it(body.begin(), body.end(), argument), end; it != end; ++it) {
        types.push_back((*it)[1]);
    }
    return types;
}

}  // namespace mcpctl::test
