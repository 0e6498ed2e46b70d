// Routes of instances.
#include <algorithm>
#include <format>
#include <nlohmann/json.hpp>

#include "ctl/output/json.hpp"
#include "http-bridge/handlers.hpp"
#include "http-bridge/instance_json.hpp"
#include "http-bridge/jobs.hpp"
#include "http-bridge/lookup.hpp"
#include "http-bridge/start_request.hpp"
#include "http-bridge/values.hpp"

namespace mcpctl::http_bridge {
namespace {

using Json = nlohmann::ordered_json;

Task<Result<Response>> instance_response(Call call, std::string path, unsigned status) {
    const auto watch = co_await up_to_date(call);
    if (!watch) {
        co_return std::unexpected(watch.error());
    }
    const auto found = visible_instance(**watch, path, call.agent->token());
    if (!found) {
        co_return std::unexpected(found.error());
    }
    Response response = json_text_response(status, (*watch)->objects().at(path).json);
    if (status == 201) {
        response.headers.emplace_back("Location", std::format("/api/instances/{}", (*found)->id));
    }
    co_return response;
}

bool is_wanted(const ctl::InstanceInfo& instance, const Target& target) {
    const auto fits = [&](const std::string& key, const std::string& value) {
        const auto wanted = target.query.find(key);
        return wanted == target.query.end() || wanted->second == value;
    };
    return fits("state", instance.state) && fits("profile", instance.profile) && fits("server", instance.server) &&
           instance.name > text_of(target, "after");
}

const std::string& name_of(const Mirrored* instance) {
    return std::get<ctl::InstanceInfo>(instance->info).name;
}

Result<Properties> job_options(const Target& target) {
    Properties options;
    const auto drain = duration_of(target, "drainTimeout");
    const auto refresh = flag_of(target, "refresh");
    if (!drain || !refresh) {
        return std::unexpected(drain ? refresh.error() : drain.error());
    }
    if (*drain) {
        options["drain-timeout"] = sdbus::Variant(std::chrono::duration<double>(**drain).count());
    }
    if (*refresh) {
        options["refresh"] = sdbus::Variant(**refresh);
    }
    return options;
}

// Calls Stop or Restart of the instance at this path and waits as long as the caller wants.
Task<Result<ctl::JobInfo>> run_job(const Call& call, std::string path, std::string method) {
    const auto options = job_options(call.request.target);
    if (!options) {
        co_return std::unexpected(options.error());
    }
    const auto job =
        co_await call.agent->call<sdbus::ObjectPath>(path, dbus::instance_interface, std::move(method), *options);
    if (!job) {
        if (job.error().code == ErrorCode::NotFound && is_id(call.subject)) {
            co_return no_such("instance", call.subject);
        }
        co_return std::unexpected(job.error());
    }
    co_return co_await await_job(call.agent, std::string(*job), call.request.prefer);
}

}  // namespace

Task<Result<Response>> start_instance(Call call) {
    const auto wanted = parse_start_request(call.request.content_type, call.request.body);
    if (!wanted) {
        co_return std::unexpected(wanted.error());
    }
    Properties options;
    if (!wanted->name.empty()) {
        options["name"] = sdbus::Variant(wanted->name);
    }
    const auto begun = co_await call.agent->call<sdbus::ObjectPath, sdbus::ObjectPath>(
        std::string(dbus::root_path), dbus::manager_interface, "Start", wanted->profile, options);
    if (!begun) {
        co_return std::unexpected(begun.error());
    }
    const std::string path = std::get<0>(*begun);
    const auto job = co_await await_job(call.agent, std::string(std::get<1>(*begun)), call.request.prefer);
    if (!job) {
        co_return std::unexpected(job.error());
    }
    if (auto other = unless_done(*job)) {
        co_return *std::move(other);
    }
    const auto response = co_await instance_response(call, path, 201);
    co_return response.transform([&](const Response& answer) { return linked(answer, *job); });
}

Task<Result<Response>> list_instances(Call call) {
    constexpr std::uint64_t longest_page = 1000;
    const auto limit = number_of(call.request.target, "limit", 1, longest_page);
    if (!limit) {
        co_return std::unexpected(limit.error());
    }
    const auto watch = co_await up_to_date(call);
    if (!watch) {
        co_return std::unexpected(watch.error());
    }
    std::vector<const Mirrored*> instances;
    for (const auto& [path, object] : (*watch)->objects()) {
        const auto* const instance = std::get_if<ctl::InstanceInfo>(&object.info);
        if (instance != nullptr && is_visible(object.profile, call.agent->token()) &&
            is_wanted(*instance, call.request.target)) {
            instances.push_back(&object);
        }
    }
    std::ranges::sort(instances, {}, name_of);
    const std::size_t count = std::min<std::size_t>(instances.size(), limit->value_or(100));
    std::string page;
    for (std::size_t i = 0; i < count; ++i) {
        page.append(page.empty() ? "" : ",").append(instances[i]->json);
    }
    const Json next = count < instances.size() ? Json(name_of(instances[count - 1])) : Json(nullptr);
    co_return json_text_response(200, std::format(R"({{"instances":[{}],"next":{}}})", page, next.dump()));
}

Task<Result<Response>> show_instance(Call call) {
    const auto path = co_await instance_path_of(call);
    if (!path) {
        co_return std::unexpected(path.error());
    }
    co_return co_await instance_response(call, *path, 200);
}

Task<Result<Response>> stop_instance(Call call) {
    const auto path = co_await instance_path_of(call);
    if (!path) {
        co_return std::unexpected(path.error());
    }
    const auto job = co_await run_job(call, *path, "Stop");
    if (!job) {
        co_return std::unexpected(job.error());
    }
    if (auto other = unless_done(*job)) {
        co_return *std::move(other);
    }
    co_return linked(json_response(200, ctl::to_json(*job)), *job);
}

Task<Result<Response>> restart_instance(Call call) {
    const auto path = co_await instance_path_of(call);
    if (!path) {
        co_return std::unexpected(path.error());
    }
    const auto job = co_await run_job(call, *path, "Restart");
    if (!job) {
        co_return std::unexpected(job.error());
    }
    if (auto other = unless_done(*job)) {
        co_return *std::move(other);
    }
    const auto response = co_await instance_response(call, *path, 200);
    co_return response.transform([&](const Response& answer) { return linked(answer, *job); });
}

}  // namespace mcpctl::http_bridge
