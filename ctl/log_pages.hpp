// Logs and audit trail, page by page.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>

#include "ctl/context.hpp"
#include "ctl/output/log_printer.hpp"

namespace mcpctl::ctl {

[[nodiscard]] inline ExitCode interrupted_after(const LogPrinter& printer) {
    print(printer.end());
    std::fflush(stdout);
    return ExitCode::interrupted;
}

// Until nothing is left, or so many lines as were asked for are printed. `page_of(query)` is asked for each page; the
// query has a tail and a cursor. Where there is nothing at all, `when_empty` says so on stderr.
template <class Query, class PageOf>
ExitCode print_pages(Context& context, Query query, LogPrinter& printer, std::string_view when_empty, PageOf page_of) {
    AgentClient& agent = context.agent();
    std::uint64_t left = query.tail.value_or(std::numeric_limits<std::uint64_t>::max());
    bool empty = true;
    for (bool more = true; more && left > 0;) {
        const Result<LogPage> page = page_of(query);
        if (agent.was_interrupted() || !agent.pause(std::chrono::milliseconds(0))) {
            return interrupted_after(printer);
        }
        if (!page) {
            return report(context, page.error());
        }
        for (const std::string& line : page->lines) {
            print(printer.print(line));
        }
        empty = empty && page->lines.empty();
        left -= std::min<std::uint64_t>(left, page->lines.size());
        more = page->more && std::ferror(stdout) == 0;
        query.cursor = page->cursor;
        query.tail.reset();
    }
    if (empty) {
        std::fputs(std::string(when_empty).c_str(), stderr);
    }
    return ExitCode::done;
}

// A time as the agent's options take it.
[[nodiscard]] inline std::string time_option(std::uint64_t microseconds) {
    return std::format("@{}.{:06}", microseconds / 1'000'000, microseconds % 1'000'000);
}

}  // namespace mcpctl::ctl
