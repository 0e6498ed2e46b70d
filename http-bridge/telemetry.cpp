#include "http-bridge/telemetry.hpp"

#include <array>

namespace mcpctl::http_bridge {
namespace {

const prometheus::Histogram::BucketBoundaries request_seconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                              0.25,  0.5,    1,     2.5,  5,     10,   60};
const prometheus::Histogram::BucketBoundaries job_seconds{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300};

std::string known_method(std::string_view method) {
    for (const std::string_view known : {"GET", "POST", "DELETE"}) {
        if (method == known) {
            return std::string(known);
        }
    }
    return "other";
}

}  // namespace

Telemetry::Telemetry()
    : requests_(prometheus::BuildCounter()
                    .Name("mcpctl_http_requests_total")
                    .Help("Requests that were answered, refusals included.")
                    .Register(registry_)),
      durations_(prometheus::BuildHistogram()
                     .Name("mcpctl_http_request_duration_seconds")
                     .Help("Time from a request to the beginning of its answer.")
                     .Register(registry_)),
      jobs_(prometheus::BuildCounter()
                .Name("mcpctl_jobs_ended_total")
                .Help("Jobs that ended since the bridge began to watch.")
                .Register(registry_)),
      job_durations_(prometheus::BuildHistogram()
                         .Name("mcpctl_job_duration_seconds")
                         .Help("Time that jobs took which were done; of a start: until the server answered.")
                         .Register(registry_)) {
    connections_ = &prometheus::BuildGauge()
                        .Name("mcpctl_http_connections")
                        .Help("Open connections of clients.")
                        .Register(registry_)
                        .Add({});
    connections_refused_ = &prometheus::BuildCounter()
                                .Name("mcpctl_http_connections_refused_total")
                                .Help("Connections that were closed at once because there were too many.")
                                .Register(registry_)
                                .Add({});
    handshakes_failed_ = &prometheus::BuildCounter()
                              .Name("mcpctl_http_tls_handshakes_failed_total")
                              .Help("Connections that ended before TLS was agreed on.")
                              .Register(registry_)
                              .Add({});
    streams_ = &prometheus::BuildGauge()
                    .Name("mcpctl_http_streams")
                    .Help("Open streams of logs and events.")
                    .Register(registry_)
                    .Add({});
    prometheus::BuildGauge()
        .Name("mcpctl_build_info")
        .Help("The version of the bridge.")
        .Register(registry_)
        .Add({{"version", MCPCTL_VERSION}})
        .Set(1);
}

void Telemetry::answered(std::string_view method, std::string_view route, unsigned status, Clock::duration took) {
    const std::string pattern(route.empty() ? "none" : route);
    const std::string known = known_method(method);
    requests_.Add({{"method", known}, {"route", pattern}, {"status", std::to_string(status)}}).Increment();
    durations_.Add({{"method", known}, {"route", pattern}}, request_seconds)
        .Observe(std::chrono::duration<double>(took).count());
}

void Telemetry::job_ended(const ctl::JobInfo& job) {
    jobs_.Add({{"kind", job.kind}, {"result", job.state}}).Increment();
    if (job.state == "done" && job.finished_at >= job.created_at) {
        job_durations_.Add({{"kind", job.kind}}, job_seconds).Observe(double(job.finished_at - job.created_at) / 1e6);
    }
}

}  // namespace mcpctl::http_bridge
