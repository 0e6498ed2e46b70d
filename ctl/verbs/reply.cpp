#include "ctl/verbs/reply.hpp"

#include "ctl/output/json.hpp"
#include "ctl/output/visible_text.hpp"

namespace mcpctl::ctl {

void print_json(const Context& context, const nlohmann::ordered_json& value) {
    if (context.format == OutputFormat::json) {
        print(json_text(value));
    } else if (value.is_array()) {
        for (const auto& element : value) {
            print(json_line(element));
        }
    } else {
        print(json_line(value));
    }
}

void print_reply(const Context& context, const Reply& reply) {
    switch (context.format) {
        case OutputFormat::json:
        case OutputFormat::ndjson:
            print_json(context, reply.json);
            break;
        case OutputFormat::name:
            print(visible_text(reply.name) + '\n');
            break;
        case OutputFormat::table:
            print(reply.text);
            break;
    }
}

void Replies::take(Reply reply) {
    if (context_.format == OutputFormat::json) {
        array_.push_back(std::move(reply.json));
    } else {
        print_reply(context_, reply);
    }
}

void Replies::end() const {
    if (context_.format == OutputFormat::json) {
        print_json(context_, array_);
    }
}

}  // namespace mcpctl::ctl
