// What is under way, so that the bridge can leave without cutting anybody off.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <set>

#include "http-bridge/event_source.hpp"

namespace mcpctl::http_bridge {

class Traffic {
  public:
    // One request, from its header to the end of its answer.
    class Request {
      public:
        explicit Request(Traffic& traffic) : traffic_(traffic) { ++traffic_.requests_; }
        Request(const Request&) = delete;
        Request& operator=(const Request&) = delete;
        ~Request() {
            --traffic_.requests_;
            traffic_.changed_.notify();
        }

      private:
        Traffic& traffic_;
    };
    // A connection that is waited for: its handshake, or its next request.
    class Silence {
      public:
        Silence(Traffic& traffic, std::function<void()> end)
            : traffic_(traffic), place_(traffic.silent_.insert(traffic.silent_.end(), std::move(end))) {}
        Silence(const Silence&) = delete;
        Silence& operator=(const Silence&) = delete;
        ~Silence() { traffic_.silent_.erase(place_); }

      private:
        Traffic& traffic_;
        std::list<std::function<void()>>::iterator place_;
    };
    // One stream; it is told when the bridge leaves.
    class Stream {
      public:
        Stream(Traffic& traffic, std::shared_ptr<EventSource> source) : traffic_(traffic), source_(std::move(source)) {
            traffic_.sources_.insert(source_);
            if (traffic_.leaving_) {
                source_->leave();
            }
        }
        Stream(const Stream&) = delete;
        Stream& operator=(const Stream&) = delete;
        ~Stream() { traffic_.sources_.erase(source_); }

      private:
        Traffic& traffic_;
        std::shared_ptr<EventSource> source_;
    };

    // Ends the connection that has been silent for longest, if any: those who say nothing cannot keep others out.
    void end_longest_silence() {
        if (!silent_.empty()) {
            // Once only: it may take a turn until it is not silent any more.
            const auto end = std::exchange(silent_.front(), [] {});
            silent_.splice(silent_.end(), silent_, silent_.begin());
            end();
        }
    }
    // Streams end; who has been answered is not listened to any more.
    void leave() {
        leaving_ = true;
        for (const auto& source : sources_) {
            source->leave();
        }
    }
    [[nodiscard]] bool leaving() const { return leaving_; }
    // Returns when no request is under way, or at the deadline.
    Task<void> until_quiet(Clock::time_point deadline) {
        while (requests_ > 0 && Clock::now() < deadline) {
            co_await changed_.wait_until(deadline, changed_.count());
        }
    }

  private:
    std::set<std::shared_ptr<EventSource>> sources_;
    std::list<std::function<void()>> silent_;  // those that are silent for longest first
    std::size_t requests_ = 0;
    bool leaving_ = false;
    Condition changed_;
};

}  // namespace mcpctl::http_bridge
