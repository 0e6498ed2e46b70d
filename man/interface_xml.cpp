#include "man/interface_xml.hpp"

#include <format>
#include <stdexcept>

namespace mcpctl::man {
namespace {

// The text between `begin` and `end`, from the cursor on, which goes behind it.
std::string_view take_until(std::string_view& rest, std::string_view end) {
    const std::size_t position = rest.find(end);
    if (position == std::string_view::npos) {
        throw std::runtime_error(std::format("there is no '{}' behind '{}'", end, rest.substr(0, 40)));
    }
    const std::string_view taken = rest.substr(0, position);
    rest.remove_prefix(position + end.size());
    return taken;
}

std::string attribute(std::string_view element, std::string_view name) {
    const std::string mark = std::format(" {}=\"", name);
    const std::size_t begin = element.find(mark);
    if (begin == std::string_view::npos) {
        return "";
    }
    element.remove_prefix(begin + mark.size());
    return std::string(element.substr(0, element.find('"')));
}

class Reader {
  public:
    Interface read(std::string_view rest) {
        while (true) {
            const std::size_t begin = rest.find('<');
            if (begin == std::string_view::npos) {
                return std::move(interface_);
            }
            rest.remove_prefix(begin + 1);
            if (rest.starts_with("!--")) {
                rest.remove_prefix(3);
                note_comment(take_until(rest, "-->"));
            } else {
                note_element(take_until(rest, ">"));
            }
        }
    }

  private:
    void note_comment(std::string_view comment) {
        if (interface_.name.empty()) {
            interface_.comment = comment;
        } else {
            interface_.groups.push_back({std::string(comment), {}});
        }
    }

    void note_element(std::string_view element) {
        const std::string_view kind = element.substr(0, element.find(' '));
        if (kind == "interface") {
            interface_.name = attribute(element, "name");
        } else if (kind == "method" || kind == "property" || kind == "signal") {
            if (interface_.groups.empty()) {
                interface_.groups.emplace_back();
            }
            interface_.groups.back().members.push_back(
                {std::string(kind), attribute(element, "name"), attribute(element, "type"), {}});
        } else if (kind == "arg" && !interface_.groups.empty() && !interface_.groups.back().members.empty()) {
            Member& member = interface_.groups.back().members.back();
            member.arguments.push_back({attribute(element, "name"), attribute(element, "type"),
                                        member.kind == "signal" || attribute(element, "direction") == "out"});
        }
    }

    Interface interface_;
};

}  // namespace

Interface interface_in(std::string_view xml) {
    return Reader().read(xml);
}

}  // namespace mcpctl::man
