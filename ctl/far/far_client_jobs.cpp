// FarClient: starting jobs and following them.
#include <algorithm>
#include <charconv>
#include <format>
#include <optional>
#include <utility>

#include "ctl/far/decoded.hpp"
#include "ctl/far/far_client.hpp"
#include "ctl/far/refusal.hpp"
#include "ctl/log_follow.hpp"
#include "dbus/names.hpp"

namespace mcpctl::ctl::far {
namespace {

using Json = nlohmann::json;

// A start is often over within a second; who drains for a minute is not asked a thousand times.
constexpr std::chrono::milliseconds first_look{50};
constexpr std::chrono::milliseconds last_look{1000};
constexpr std::uint64_t most_last_lines = 20;

// The number in "/api/jobs/7", which also stands in "</api/jobs/7>; rel=…".
std::optional<std::uint64_t> job_number_in(std::string_view text) {
    constexpr std::string_view route = "/api/jobs/";
    const std::size_t at = text.find(route);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view rest = text.substr(at + route.size());
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    return error == std::errc() ? std::optional(number) : std::nullopt;
}

std::string path_of_instance(std::string id) {
    std::erase(id, '-');
    return dbus::instance_path(id);
}

std::string drain_query(const std::optional<Duration>& drain_timeout) {
    return drain_timeout ? "drainTimeout=" + percent_encoded(format_duration(*drain_timeout)) : "";
}

bool is_same(const JobInfo& one, const JobInfo& other) {
    return one.state == other.state && one.progress == other.progress && one.message == other.message;
}

}  // namespace

// The job's number stands in the answer's header, also where the job has ended already.
Result<AcceptedJob> FarClient::begin(Call call) {
    call.headers.emplace_back("Prefer", "respond-async");
    auto answer = ask(call);
    if (!answer) {
        return std::unexpected(std::move(answer.error()));
    }
    const auto number = job_number_in(answer->status == 202 ? answer->location : answer->link);
    if (!number) {
        return answer->status / 100 == 2 ? unknown_form("no word of the job")
                                         : std::unexpected(refusal_of(*answer, access_->address));
    }
    const std::string job_path = dbus::job_path(*number);
    return read_job(job_path).transform(
        [&](const JobInfo& job) { return AcceptedJob{job_path, path_of_instance(job.instance_id)}; });
}

Result<AcceptedJob> FarClient::start(const std::string& profile, const StartOptions& options) {
    Json wanted{{"profileName", profile}};
    if (options.name) {
        wanted["name"] = *options.name;
    }
    return begin({.path = "/api/instances",
                  .method = "POST",
                  .headers = {{"Content-Type", "application/json"}},
                  .body = wanted.dump(-1, ' ', false, Json::error_handler_t::replace)});
}

Result<AcceptedJob> FarClient::stop(const InstanceInfo& instance, const StopOptions& options) {
    const std::string query = drain_query(options.drain_timeout);
    return begin(
        {.path = std::format("/api/instances/{}{}{}", percent_encoded(instance.id), query.empty() ? "" : "?", query),
         .method = "DELETE"});
}

Result<AcceptedJob> FarClient::restart(const InstanceInfo& instance, const RestartOptions& options) {
    std::string query = drain_query(options.drain_timeout);
    if (options.refresh) {
        query.append(query.empty() ? "" : "&").append("refresh=true");
    }
    return begin({.path = std::format("/api/instances/{}/restart{}{}", percent_encoded(instance.id),
                                      query.empty() ? "" : "?", query),
                  .method = "POST"});
}

Result<JobInfo> FarClient::read_job(const std::string& job_path) {
    const auto number = dbus::name_at("job", job_path.c_str());
    return read("/api/jobs/" + percent_encoded(number.value_or(""))).and_then([](const std::string& body) {
        return decoded(body, job_from);
    });
}

Result<JobInfo> FarClient::follow(const std::string& job_path) {
    look_again_after_ = first_look;
    next_look_ = SteadyClock::now() + look_again_after_;
    if (followed_.path != job_path) {
        followed_ = JobInfo{};
        followed_.path = job_path;
    }
    return read_job(job_path).transform([&](JobInfo job) { return followed_ = std::move(job); });
}

Wake FarClient::wait_for_change(SteadyClock::time_point deadline) {
    while (true) {
        const auto wake = std::min(deadline, next_look_);
        if (!pause(std::chrono::ceil<std::chrono::milliseconds>(wake - SteadyClock::now()))) {
            return Wake::interrupted;
        }
        if (SteadyClock::now() < next_look_) {
            return Wake::deadline;
        }
        auto job = read_job(followed_.path);
        if (!job) {
            return interrupted_ ? Wake::interrupted : Wake::lost;
        }
        const bool changed = !is_same(*job, followed_);
        followed_ = *std::move(job);
        look_again_after_ = changed ? first_look : std::min(look_again_after_ * 2, last_look);
        next_look_ = SteadyClock::now() + look_again_after_;
        if (changed) {
            return Wake::done;
        }
    }
}

Result<std::vector<std::string>> FarClient::last_lines(const std::string& job_path) {
    auto job = followed_.path == job_path ? Result<JobInfo>(followed_) : read_job(job_path);
    if (!job) {
        return std::unexpected(std::move(job.error()));
    }
    LogOptions last;
    last.tail = most_last_lines;
    return logs_of_removed(job->instance_id, last).transform([](const LogPage& page) {
        std::vector<std::string> messages;
        for (const std::string& line : page.lines) {
            const Json object = Json::parse(line, nullptr, false);
            if (object.is_object() && object.contains("message") && object["message"].is_string()) {
                messages.push_back(object["message"]);
            }
        }
        return messages;
    });
}

}  // namespace mcpctl::ctl::far
