// What the bridge counts itself. Labels take values from the table of routes and the agent's own words only: a client
// cannot make series.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/async.hpp"
#include "ctl/model.hpp"

namespace mcpctl::http_bridge {

class Telemetry {
  public:
    Telemetry();

    // `route` is a pattern of the table, empty where there was none.
    void answered(std::string_view method, std::string_view route, unsigned status, Clock::duration took);
    void connection_opened() { connections_->Increment(); }
    void connection_closed() { connections_->Decrement(); }
    void connection_refused() { connections_refused_->Increment(); }
    void handshake_failed() { handshakes_failed_->Increment(); }
    // 1 or -1.
    void streams_changed(int by) { streams_->Increment(by); }
    void job_ended(const ctl::JobInfo& job);

    [[nodiscard]] std::vector<prometheus::MetricFamily> collect() const { return registry_.Collect(); }

  private:
    prometheus::Registry registry_;
    prometheus::Family<prometheus::Counter>& requests_;
    prometheus::Family<prometheus::Histogram>& durations_;
    prometheus::Family<prometheus::Counter>& jobs_;
    prometheus::Family<prometheus::Histogram>& job_durations_;
    prometheus::Gauge* connections_;
    prometheus::Counter* connections_refused_;
    prometheus::Counter* handshakes_failed_;
    prometheus::Gauge* streams_;
};

}  // namespace mcpctl::http_bridge
