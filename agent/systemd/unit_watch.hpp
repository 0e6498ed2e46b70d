// Lets a coroutine sleep until something happens to one unit.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/async.hpp"

namespace mcpctl::systemd {

// The units that somebody waits for.
class UnitWatches {
  public:
    void notify(const std::string& unit) {
        if (const auto found = units_->find(unit); found != units_->end()) {
            found->second.notify();
        }
    }
    void notify_all() {
        for (auto& [name, unit] : *units_) {
            unit.notify();
        }
    }

  private:
    friend class UnitWatch;
    struct Unit {
        Condition condition;
        std::uint64_t changes = 0;
        int watchers = 0;

        void notify() {
            ++changes;
            condition.notify();
        }
    };
    using Units = std::map<std::string, Unit>;
    // Coroutines that wait when the agent ends are destroyed with the loop, after everything else.
    std::shared_ptr<Units> units_ = std::make_shared<Units>();
};

// Make it before the first look at the unit; then no change is missed:
//   UnitWatch watch(watches, unit);
//   while (true) { const auto seen = watch.changes(); look; if (!co_await watch.until_changed(seen, deadline)) … }
class UnitWatch {
  public:
    UnitWatch(UnitWatches& watches, const std::string& unit)
        : units_(watches.units_), position_(units_->try_emplace(unit).first) {
        ++position_->second.watchers;
    }
    UnitWatch(const UnitWatch&) = delete;
    UnitWatch& operator=(const UnitWatch&) = delete;
    ~UnitWatch() {
        if (--position_->second.watchers == 0) {
            units_->erase(position_);
        }
    }

    [[nodiscard]] std::uint64_t changes() const { return position_->second.changes; }
    // False when `deadline` passed first.
    Task<bool> until_changed(std::uint64_t seen, Clock::time_point deadline) {
        if (changes() != seen) {
            co_return true;
        }
        co_return co_await position_->second.condition.wait_until(deadline);
    }

  private:
    std::shared_ptr<UnitWatches::Units> units_;
    UnitWatches::Units::iterator position_;
};

}  // namespace mcpctl::systemd
