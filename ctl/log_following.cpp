#include "ctl/log_following.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "ctl/backoff.hpp"
#include "ctl/far/refusal.hpp"
#include "ctl/log_pages.hpp"
#include "ctl/output/status_line.hpp"

namespace mcpctl::ctl {
namespace {

// Between tries to reach an agent of this machine that went away.
constexpr std::chrono::milliseconds try_again_after{300};
constexpr int most_tries = 100;
// A connection that held for so long has nothing to do with the one before.
constexpr std::chrono::seconds long_enough{10};

class Following {
  public:
    Following(Context& context, const InstanceInfo& instance, const LogOptions& query, LogFormat format)
        : context_(context), instance_(instance), query_(query), printer_(context.out, format), status_(context.err) {}

    ExitCode run(int interrupt) {
        AgentClient& agent = context_.agent();
        agent.watch_interrupt(interrupt);
        begin_behind_what_is_there();
        while (true) {
            const auto follow = agent.follow_logs(instance_, query_);
            agent.disconnect();  // the agent may go and come again, and we are not what keeps it
            const auto code = follow ? take_all(**follow, interrupt) : after_failure(follow.error());
            if (code) {
                return *code;
            }
            if (!wait(follow ? "" : follow.error().reason)) {
                return interrupted_after(printer_);
            }
        }
    }

  private:
    // Who wants none of the lines that are there has to know where they end, should the first connection bring none.
    void begin_behind_what_is_there() {
        if (query_.tail != std::uint64_t{0} || !query_.cursor.empty() || !query_.since.empty()) {
            return;
        }
        LogOptions last;
        last.tail = 1;
        if (const auto page = context_.agent().logs(instance_, last); page && !page->cursor.empty()) {
            query_.cursor = page->cursor;
            query_.tail.reset();
        }
    }

    // How it ended; nothing where it goes on.
    std::optional<ExitCode> take_all(LogFollow& follow, int interrupt) {
        connected();
        const auto begun = SteadyClock::now();
        const FollowEnd end = take(follow, interrupt);
        if (end == FollowEnd::interrupted) {
            return interrupted_after(printer_);
        }
        if (end == FollowEnd::refused) {
            return ExitCode::done;
        }
        if (SteadyClock::now() - begun > long_enough) {
            backoff_.reset();
        }
        go_on_from_beginning_unless_placed();
        if (end == FollowEnd::ended) {
            const auto still = context_.agent().find_instance(instance_.id);
            if (!still && still.error().code == ErrorCode::NotFound) {
                return print_rest();
            }
        }
        return std::nullopt;
    }

    FollowEnd take(LogFollow& follow, int interrupt) {
        return follow.take_lines(
            interrupt,
            [this](std::string_view line) {
                print(printer_.print(line));
                last_.assign(line);
            },
            [this] {
                note_place();
                return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
            });
    }

    // Nothing has come, so there was nothing to come: whatever is there by then is new.
    void go_on_from_beginning_unless_placed() {
        if (query_.cursor.empty()) {
            query_.tail.reset();
            query_.since = query_.since.empty() ? "@0" : query_.since;
        }
    }

    void note_place() {
        if (std::string cursor = cursor_in(last_); !cursor.empty()) {
            query_.cursor = std::move(cursor);
            query_.tail.reset();
            query_.since.clear();
            backoff_.reset();
        }
    }

    void connected() {
        tries_ = 0;
        begun_ = true;
        if (std::exchange(lost_, false) && context_.is_far()) {
            status_.back();
        }
    }

    // What the program ends with; nothing where it is worth another try.
    std::optional<ExitCode> after_failure(const Error& error) {
        if (context_.agent().was_interrupted()) {
            return interrupted_after(printer_);
        }
        if (begun_ && error.code == ErrorCode::NotFound) {
            return print_rest();
        }
        if (!begun_ || !may_try_again(error)) {
            return report(context_, error);
        }
        return std::nullopt;
    }

    [[nodiscard]] bool may_try_again(const Error& error) const {
        return context_.is_far() ? far::may_pass(error.code)
                                 : error.code == ErrorCode::Unavailable && tries_ < most_tries;
    }

    // False when interrupted.
    bool wait(std::string_view why) {
        ++tries_;
        lost_ = true;
        if (!context_.is_far()) {
            return context_.agent().pause(try_again_after);
        }
        constexpr std::chrono::milliseconds second{1000};
        auto left = backoff_.next();
        for (status_.lost(why, left); left.count() > 0; status_.count_down(why, left)) {
            const auto step = std::min(left, second);
            if (!context_.agent().pause(step)) {
                return false;
            }
            left -= step;
        }
        return true;
    }

    // The instance was removed; the agent that told us may have ended before it had delivered everything.
    ExitCode print_rest() {
        LogOptions rest = query_;
        rest.tail = query_.cursor.empty() ? query_.tail : std::nullopt;
        return print_pages(context_, rest, printer_, {}, [&](const LogOptions& next) {
            return context_.agent().logs_of_removed(instance_.id, next);
        });
    }

    Context& context_;
    InstanceInfo instance_;
    LogOptions query_;
    LogPrinter printer_;
    StatusLine status_;
    Backoff backoff_;
    std::string last_;
    int tries_ = 0;
    bool begun_ = false;
    bool lost_ = false;
};

}  // namespace

ExitCode follow_log(Context& context, const InstanceInfo& instance, const LogOptions& query, LogFormat format,
                    int interrupt) {
    return Following(context, instance, query, format).run(interrupt);
}

}  // namespace mcpctl::ctl
