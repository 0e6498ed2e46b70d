// What a verb tells of one thing, in any of the forms of output.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "ctl/context.hpp"

namespace mcpctl::ctl {

struct Reply {
    nlohmann::ordered_json json;
    std::string name;
    std::string text;  // for people: whole lines
};

// -o json: indented. -o ndjson: on one line, an array as a line for each of its elements.
void print_json(const Context& context, const nlohmann::ordered_json& value);

void print_reply(const Context& context, const Reply& reply);

// Replies that come one after the other. As JSON they are one array, which is printed when all have come.
class Replies {
  public:
    explicit Replies(const Context& context) : context_(context) {}
    void take(Reply reply);
    void end() const;

  private:
    const Context& context_;
    nlohmann::ordered_json array_ = nlohmann::ordered_json::array();
};

}  // namespace mcpctl::ctl
