// Lets a number of coroutines through at a time.
#pragma once

#include <cstddef>
#include <iterator>
#include <list>

#include "base/async.hpp"

namespace mcpctl {

// Keep what enter() returns for as long as the place is taken:
//   const auto place = co_await gate.enter();
class Gate {
    struct State {
        std::list<Clock::time_point> inside;  // since when, the oldest first
        Condition left;
    };

  public:
    // Who stays longer than `longest` does not keep others out any more.
    Gate(std::size_t width, Clock::duration longest) : width_(width), longest_(longest) {}

    class Place {
      public:
        explicit Place(std::shared_ptr<State> gate)
            : gate_(std::move(gate)), position_(gate_->inside.insert(gate_->inside.end(), Clock::now())) {}
        Place(Place&&) = default;
        Place& operator=(Place&&) = delete;
        ~Place() {
            if (gate_) {
                gate_->inside.erase(position_);
                gate_->left.notify();
            }
        }

      private:
        std::shared_ptr<State> gate_;
        std::list<Clock::time_point>::iterator position_;
    };

    Task<Place> enter() {
        const auto state = state_;
        const auto width = std::ptrdiff_t(width_);
        const auto longest = longest_;
        while (std::ssize(state->inside) >= width) {
            const auto free_at = *std::prev(state->inside.end(), width) + longest;
            if (Clock::now() >= free_at) {
                break;
            }
            co_await state->left.wait_until(free_at);
        }
        co_return Place(state);
    }

  private:
    std::size_t width_;
    Clock::duration longest_;
    // Shared, so that a coroutine that is still suspended may outlive the gate.
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace mcpctl
