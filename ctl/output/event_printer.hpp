// Events of the agent, in the form that was asked for.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "ctl/model.hpp"
#include "ctl/output/terminal.hpp"

namespace mcpctl::ctl {

class EventPrinter {
  public:
    EventPrinter(const Terminal& terminal, bool as_json) : terminal_(terminal), as_json_(as_json) {}

    // What is to be printed of an event that came at that time, µs since 1970. For people, a line for each thing that
    // looks different from before; of a first snapshot, for each instance and each job that runs.
    [[nodiscard]] std::string print(const Event& event, std::uint64_t at);

  private:
    using Json = nlohmann::ordered_json;
    struct Line {
        std::string text;  // "running, ready"
        Colour colour = Colour::none;
    };

    [[nodiscard]] std::string snapshot(const Json& all, const std::string& stamp);
    [[nodiscard]] std::string changed(const std::string& kind, const Json& object, const std::string& stamp);
    [[nodiscard]] std::string removed(const std::string& kind, const Json& object, const std::string& stamp);
    [[nodiscard]] Line line_of(const std::string& kind, const Json& object) const;
    [[nodiscard]] std::string laid_out(const std::string& stamp, const std::string& title, const Line& line) const;

    Terminal terminal_;
    bool as_json_;
    bool begun_ = false;
    std::map<std::string, std::string> told_;   // by kind and identity
    std::map<std::string, std::string> names_;  // of instances, by id
};

}  // namespace mcpctl::ctl
