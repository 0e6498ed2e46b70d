#include "http-bridge/jobs.hpp"

#include <charconv>
#include <format>
#include <nlohmann/json.hpp>

#include "ctl/output/json.hpp"
#include "dbus/errors.hpp"
#include "http-bridge/handlers.hpp"
#include "http-bridge/lookup.hpp"
#include "http-bridge/problem.hpp"

namespace mcpctl::http_bridge {
namespace {

Task<Result<ctl::JobInfo>> job_at(std::shared_ptr<AgentLink> agent, std::string path) {
    const auto properties = co_await agent->properties(path, dbus::job_interface);
    if (!properties) {
        co_return std::unexpected(properties.error());
    }
    co_return ctl::job_from(path, *properties);
}

// A job that the token may see: begun with it, or of an instance that it reaches.
Task<Result<ctl::JobInfo>> visible_job(Call call) {
    const std::string& number = call.subject;
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), id);
    if (error != std::errc() || end != number.data() + number.size()) {
        co_return no_such("job", number);
    }
    const auto watch = co_await up_to_date(call);
    if (!watch) {
        co_return std::unexpected(watch.error());
    }
    const std::string path = dbus::job_path(id);
    const auto* const job = (*watch)->find<ctl::JobInfo>(path);
    if (job == nullptr ||
        !(is_visible((*watch)->objects().at(path).profile, call.agent->token()) || call.agent->began_job(path))) {
        co_return no_such("job", number);
    }
    co_return *job;
}

}  // namespace

Task<Result<ctl::JobInfo>> await_job(std::shared_ptr<AgentLink> agent, std::string path, Prefer prefer) {
    agent->remember_job(path);
    const auto deadline = Clock::now() + (prefer.respond_async ? std::chrono::seconds(0) : prefer.wait);
    while (true) {
        const std::uint64_t seen = agent->job_ended().count();
        auto job = co_await job_at(agent, path);
        if (!job || job->ended() || Clock::now() >= deadline) {
            co_return job;
        }
        co_await agent->job_ended().wait_until(deadline, seen);
    }
}

Response accepted(const ctl::JobInfo& job) {
    Response response = json_response(202, ctl::to_json(job));
    response.headers.emplace_back("Location", std::format("/api/jobs/{}", job.id));
    return response;
}

std::optional<Response> unless_done(const ctl::JobInfo& job) {
    if (!job.ended()) {
        return accepted(job);
    }
    if (job.state == "done") {
        return std::nullopt;
    }
    return linked(problem(dbus::error_from(job.error, job.message)), job);
}

Response linked(Response response, const ctl::JobInfo& job) {
    response.headers.emplace_back("Link", std::format("</api/jobs/{}>; rel=\"related\"", job.id));
    return response;
}

Task<Result<Response>> show_job(Call call) {
    const auto job = co_await visible_job(call);
    if (!job) {
        co_return std::unexpected(job.error());
    }
    co_return json_response(200, ctl::to_json(*job));
}

Task<Result<Response>> cancel_job(Call call) {
    const auto job = co_await visible_job(call);
    if (!job) {
        co_return std::unexpected(job.error());
    }
    const auto canceled = co_await call.agent->call<>(job->path, dbus::job_interface, "Cancel");
    if (!canceled) {
        co_return std::unexpected(canceled.error());
    }
    const auto after = co_await await_job(call.agent, job->path, call.request.prefer);
    if (!after) {
        co_return std::unexpected(after.error());
    }
    if (!after->ended()) {
        co_return accepted(*after);
    }
    co_return json_response(200, ctl::to_json(*after));
}

}  // namespace mcpctl::http_bridge
