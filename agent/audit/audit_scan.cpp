#include "agent/audit/audit_scan.hpp"

#include <iterator>
#include <set>
#include <utility>

namespace mcpctl::audit {
namespace {

// Callers wait 25 s for an answer.
constexpr auto search_patience = std::chrono::seconds(15);
constexpr std::uint64_t entries_between_looks = 256;
// Each of so many missing numbers is looked for before it is called missing.
constexpr std::uint64_t most_looked_for = 1000;
constexpr std::size_t shortest_prefix = 4;

// Whether a record counts anew, of the same installation: its state was put back from an older copy. A record that is
// sent again, or late, is of something that happened before what was received meanwhile.
bool begins_anew(const AuditRecord& later, std::uint64_t seq_before, WallTime received_before) {
    return later.seq <= seq_before && later.time > received_before;
}

}  // namespace

bool AuditScan::wanted(const AuditEntry& entry) const {
    const AuditRecord& record = entry.record;
    const bool in_time = record.time >= query_.since && (query_.until == 0 || record.time <= query_.until);
    const bool of_instance =
        query_.instance.empty() || record.name == query_.instance || record.instance == query_.instance ||
        (query_.instance.size() >= shortest_prefix && record.instance.starts_with(query_.instance));
    const bool of_actor =
        query_.actor.empty() || entry.actor == query_.actor || std::to_string(record.actor.uid) == query_.actor;
    return in_time && of_instance && of_actor && query_.action.value_or(record.action) == record.action &&
           query_.result.value_or(record.result) == record.result;
}

Result<void> AuditScan::begin(const std::optional<AuditCursor>& cursor) {
    journal_->refresh();
    if (query_.tail) {
        return go_back(*query_.tail);
    }
    if (cursor) {
        begin_behind(*cursor);
    } else if (query_.since != 0) {
        // Nothing arrives before it has happened.
        journal_->seek_time(query_.since);
    } else {
        journal_->seek_begin();
    }
    return {};
}

void AuditScan::begin_behind(const AuditCursor& cursor) {
    behind_ = cursor;
    begun_ = true;
    journal_->seek(cursor.position);
    at_entry_ = journal_->next();
    if (at_entry_ && journal_->entry().position == cursor.position) {
        installation_ = journal_->entry().installation;
        at_entry_ = false;
    }
}

// What was passed on the way back, as far as it is wanted. Late records make that more than the last ones by number.
class AuditScan::WayBack {
  public:
    void pass(std::uint64_t seq) { seq == 0 ? void(++others_) : void(numbers_.insert(seq)); }
    void begin_older_numbering() {
        others_ += numbers_.size();
        numbers_.clear();
    }
    // That come behind this number.
    [[nodiscard]] std::uint64_t count_above(std::uint64_t seq) const {
        return others_ + numbers_.size() - std::uint64_t(std::distance(numbers_.begin(), numbers_.upper_bound(seq)));
    }
    // The number before the first of the last so many above this one.
    [[nodiscard]] std::uint64_t before_last(std::uint64_t records, std::uint64_t seq) const {
        auto first = numbers_.upper_bound(seq);
        for (auto surplus = count_above(seq); surplus > records && first != numbers_.end(); --surplus) {
            ++first;
        }
        return first == numbers_.end() ? seq : *first - 1;
    }

  private:
    std::set<std::uint64_t> numbers_;
    std::uint64_t others_ = 0;  // without a number, or of a later numbering
};

// Stands then on an entry before the records that are wanted.
Result<void> AuditScan::go_back(std::uint64_t records) {
    journal_->seek_end();
    const auto deadline = Clock::now() + search_patience;
    WayBack way;
    AuditRecord later;
    for (std::uint64_t looked = 1; journal_->previous(); ++looked) {
        const AuditEntry& entry = journal_->entry();
        const std::uint64_t seq = entry.record.seq;
        if (seq != 0) {
            const bool others = std::exchange(installation_, entry.installation) != entry.installation;
            if (others || begins_anew(later, seq, entry.position.realtime)) {
                way.begin_older_numbering();
            }
            later = entry.record;
        }
        const bool enough = way.count_above(seq) >= records && (seq != 0 || wanted(entry));
        if (enough || entry.position.realtime < query_.since) {
            behind_ = {way.before_last(records, seq), entry.position};
            begun_ = true;
            return {};
        }
        if (wanted(entry)) {
            way.pass(seq);
        }
        if (looked % entries_between_looks == 0 && Clock::now() > deadline) {
            return fail(ErrorCode::TimedOut, "too many records had to be looked through", "tail",
                        "say since when, or ask for fewer records");
        }
    }
    if (way.count_above(0) > records) {
        behind_.seq = way.before_last(records, 0);
    }
    journal_->seek_begin();
    return {};
}

AuditEnd AuditScan::read(std::vector<std::string>& lines, const AuditLimits& limits) {
    for (std::uint64_t looked = 1; lines.size() < limits.records; ++looked) {
        if (!std::exchange(at_entry_, false) && !journal_->next()) {
            return AuditEnd::caught_up;
        }
        const AuditEntry& entry = journal_->entry();
        const std::uint64_t seq = entry.record.seq;
        const bool others = !installation_.empty() && entry.installation != installation_;
        if (seq != 0 && (others || begins_anew(entry.record, behind_.seq, behind_.position.realtime))) {
            behind_.seq = 0;
        }
        if (seq != 0 && behind_.seq == 0) {
            behind_.seq = before_first(entry);
        }
        if (seq == 0 || seq > behind_.seq) {
            if (seq != 0 && behind_.seq != 0 && !fill(lines, entry, limits.pending)) {
                at_entry_ = true;
                return AuditEnd::waiting;
            }
            stand_behind(entry);
            take(lines, entry);
        }
        if (looked % entries_between_looks == 0 && Clock::now() > limits.deadline) {
            break;
        }
    }
    return AuditEnd::limit;
}

// Where nothing has come before it: of the numbers before it, those that came after it are still to be shown.
std::uint64_t AuditScan::before_first(const AuditEntry& entry) {
    std::uint64_t before = entry.record.seq - 1;
    for (std::uint64_t looked = 0; before > 0 && looked < most_looked_for; ++looked, --before) {
        const auto found = journal_->find_behind(entry, before);
        if (!found || begins_anew(found->record, entry.record.seq, entry.position.realtime)) {
            break;
        }
    }
    return before;
}

// Between the numbers that have come and the next one.
bool AuditScan::fill(std::vector<std::string>& lines, const AuditEntry& next, const PendingRecords& pending) {
    const bool look = next.record.seq - behind_.seq <= most_looked_for;
    for (std::uint64_t seq = behind_.seq + 1; seq < next.record.seq; ++seq) {
        const auto late = look ? journal_->find_behind(next, seq) : std::nullopt;
        if (late && !begins_anew(late->record, next.record.seq, next.position.realtime)) {
            tell_gap(lines, next);
            behind_.seq = seq;
            take(lines, *late);
        } else if (pending.contain(seq, next)) {
            tell_gap(lines, next);
            return false;
        } else {
            if (!gap_) {
                gap_ = AuditGap{.first = seq, .last = seq, .time = next.record.time};
            }
            gap_->last = look ? seq : next.record.seq - 1;
            behind_.seq = gap_->last;
            seq = gap_->last;
        }
    }
    tell_gap(lines, next);
    return true;
}

void AuditScan::tell_gap(std::vector<std::string>& lines, const AuditEntry& next) {
    if (!gap_) {
        return;
    }
    gap_->uncertain = next.record.action == AuditAction::restore_store;
    append_json(lines.emplace_back(), *gap_, behind_);
    gap_.reset();
}

void AuditScan::stand_behind(const AuditEntry& entry) {
    begun_ = true;
    behind_.position = entry.position;
    if (entry.record.seq != 0) {
        behind_.seq = entry.record.seq;
        installation_ = entry.installation;
    }
}

void AuditScan::take(std::vector<std::string>& lines, const AuditEntry& entry) {
    if (wanted(entry)) {
        append_json(lines.emplace_back(), entry, behind_);
    }
}

}  // namespace mcpctl::audit
