#include "tests/crash/agent/ports.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "agent/core/enum_names.hpp"

namespace mcpctl::crash {
namespace {

template <class T>
const T* first(const Changes& changes) {
    const auto found =
        std::ranges::find_if(changes, [](const Change& change) { return std::holds_alternative<T>(change); });
    return found == changes.end() ? nullptr : &std::get<T>(*found);
}

// What a transaction means to the lifecycle.
std::string_view meaning(const Changes& changes) {
    const Job* job = first<Job>(changes);
    if (job != nullptr && !job->ended()) {
        return "intent";
    }
    if (first<RemoveInstance>(changes) != nullptr) {
        return "removal";
    }
    if (job != nullptr) {
        return "outcome";
    }
    return first<Instance>(changes) != nullptr ? "record" : "definition";
}

// A job's phase begins with its intent.
std::string_view enter(const Changes& changes) {
    const std::string_view what = meaning(changes);
    if (what == "intent") {
        const Job& job = *first<Job>(changes);
        begin_phase(spelt(job.kind), job.instance);
    } else if (what == "definition") {
        begin_phase("definition", InstanceId());
    }
    return what;
}

// What belongs to no operation.
bool is_housekeeping(const Changes& changes) {
    return std::ranges::all_of(changes, [](const Change& change) {
        return std::holds_alternative<RemoveJob>(change) || std::holds_alternative<BootRestored>(change) ||
               std::holds_alternative<AuditRecord>(change) || std::holds_alternative<AuditArrived>(change);
    });
}

}  // namespace

// That audit records have arrived is stored whenever it comes. In a transaction of its own it would come by the points
// of whatever operation is under way, so it goes with the next.
Changes CrashingStore::with_arrived(Changes changes) {
    std::ranges::move(std::exchange(arrived_, {}), std::back_inserter(changes));
    return changes;
}

// The store accepts at the call and not when it is awaited.
Task<Result<void>> CrashingStore::commit(Changes changes) {
    if (std::holds_alternative<AuditArrived>(changes.front())) {
        arrived_ = std::move(changes);
        return []() -> Task<Result<void>> { co_return Result<void>(); }();
    }
    if (is_housekeeping(changes)) {
        return real_.commit(std::move(changes));
    }
    changes = with_arrived(std::move(changes));
    const std::string_view what = enter(changes);
    pass("before", what);
    return [](std::string_view stored, Task<Result<void>> call) -> Task<Result<void>> {
        auto result = co_await std::move(call);
        pass("after", stored);
        co_return result;
    }(what, real_.commit(std::move(changes)));
}

void CrashingStore::commit_later(Changes changes) {
    if (is_housekeeping(changes)) {
        real_.commit_later(std::move(changes));
        return;
    }
    changes = with_arrived(std::move(changes));
    const std::string_view what = enter(changes);
    pass("before", what);
    real_.commit_later(std::move(changes));
    pass("after", what);
}

}  // namespace mcpctl::crash
