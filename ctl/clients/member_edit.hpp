// Sets members in the text of a client's configuration and leaves the rest as somebody wrote it, comments and all.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace mcpctl::ctl {

struct Member {
    std::string name;
    nlohmann::ordered_json value;
};

// Sets the members in the object that is called `section` in the object that `text` is; both are made where they are
// missing. Values of members that are there already are replaced, with the comments inside of them. `name` is what the
// text is called in errors.
[[nodiscard]] Result<std::string> with_members(std::string_view text, std::string_view name, const std::string& section,
                                               const std::vector<Member>& members);

}  // namespace mcpctl::ctl
