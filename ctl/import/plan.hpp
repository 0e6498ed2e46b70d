// What an import will do, decided before anything is done.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "ctl/import/entry.hpp"
#include "ctl/import/machine.hpp"
#include "ctl/import/placeholders.hpp"

namespace mcpctl::ctl {

enum class Step : std::uint8_t {
    add,
    replace,
    keep,  // it is there already, and the same
    skip,
};

struct PlannedSecret {
    std::string name;
    std::string variable;
    std::string value;
    bool replaces = false;  // one that is set already
};

struct Planned {
    std::string name;  // of the server
    std::string from;  // its name in the file
    Step step = Step::add;
    std::string reason;  // to keep or to skip it
    Json server = Json::object();
    // Empty: the profile that comes with the server is right as it is.
    std::vector<Json> profiles;
    bool complete = false;  // `profiles` are all there are to be
    std::vector<PlannedSecret> secrets;
    std::vector<std::string> notes;

    [[nodiscard]] bool changes() const { return step == Step::add || step == Step::replace; }
};

struct Plan {
    std::vector<Planned> servers;
    std::vector<Missing> missing;  // values without which nothing is done
    std::vector<Error> refusals;   // for which nothing is done
};

// What the agent has.
struct Existing {
    using Definition = std::function<std::optional<Json>(const std::string& name)>;

    std::set<std::string> servers;
    std::map<std::string, std::string> profiles;                // and their servers
    std::map<std::string, std::vector<std::string>> instances;  // by profile
    std::set<std::string> secrets;
    Definition server_definition;
    Definition profile_definition;
};

struct Selection {
    std::vector<std::string> only;  // names, as in the file or as here; empty: all
    bool replace = false;
};

// Refuses names in the selection that are not in the source.
[[nodiscard]] Result<Plan> plan_import(const Source& source, const Machine& machine, const Existing& existing,
                                       const Answers& answers, const Selection& selection);

// One entry of a client, as if there were nothing else. What it asks for is added to `missing`.
[[nodiscard]] Planned plan_entry(const Entry& entry, const std::string& name, const Source& source,
                                 const Machine& machine, const Answers& answers, std::vector<Missing>& missing);

// Whether the agent's definition, which has all defaults, says what `wanted` says.
[[nodiscard]] bool same_server(const Json& wanted, const Json& existing);
[[nodiscard]] bool same_profile(const Json& wanted, const Json& existing);

}  // namespace mcpctl::ctl
