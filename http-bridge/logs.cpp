// A page of what an instance has written (M06).
#include <nlohmann/json.hpp>

#include "http-bridge/handlers.hpp"
#include "http-bridge/lookup.hpp"
#include "http-bridge/values.hpp"

namespace mcpctl::http_bridge {
namespace {

constexpr std::uint64_t longest_tail = 1'000'000;
constexpr std::uint64_t longest_page = 10'000;

Result<Properties> options_of(const Target& target) {
    Properties options;
    for (const char* key : {"cursor", "since", "until", "level", "grep"}) {
        ctl::set_unless_empty(options, key, text_of(target, key));
    }
    const auto tail = number_of(target, "tail", 0, longest_tail);
    const auto limit = number_of(target, "limit", 1, longest_page);
    const auto backward = flag_of(target, "backward");
    if (!tail || !limit) {
        return std::unexpected(tail ? limit.error() : tail.error());
    }
    if (!backward) {
        return std::unexpected(backward.error());
    }
    if (*tail) {
        options["tail"] = sdbus::Variant(**tail);
    }
    if (*limit) {
        options["limit"] = sdbus::Variant(std::uint32_t(**limit));
    }
    if (*backward) {
        options["backward"] = sdbus::Variant(**backward);
    }
    return options;
}

// The agent's lines are JSON objects, safe to print, and go out as they are.
std::string body_of(const ctl::LogPage& page) {
    std::string body = R"({"lines":[)";
    for (const std::string& line : page.lines) {
        body.append(&line == &page.lines.front() ? "\n" : ",\n").append(line);
    }
    body.append("],\"cursor\":").append(nlohmann::json(page.cursor).dump());
    body.append(page.more ? ",\"more\":true}\n" : ",\"more\":false}\n");
    return body;
}

}  // namespace

Task<Result<Response>> show_logs(Call call) {
    const auto options = options_of(call.request.target);
    if (!options) {
        co_return std::unexpected(options.error());
    }
    std::string id = call.subject;
    if (!is_id(id)) {
        const auto path = co_await instance_path_of(call);
        if (!path) {
            co_return std::unexpected(path.error());
        }
        id = ctl::id_from_path(*path);
    }
    // Of the manager, which also knows the logs of instances that were removed.
    auto page = co_await call.agent->call<std::vector<std::string>, std::string, bool>(
        std::string(dbus::root_path), dbus::manager_interface, "GetLogs", id, *options);
    if (!page) {
        co_return std::unexpected(page.error());
    }
    co_return Response{.body = body_of(ctl::page_from(*std::move(page)))};
}

}  // namespace mcpctl::http_bridge
