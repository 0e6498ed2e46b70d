// M09: a log as it is written.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "agent/logs/journal_logs.hpp"
#include "tests/fakes/core_under_test.hpp"
#include "tests/fakes/memory_journal.hpp"

namespace mcpctl::logs {
namespace {

using Json = nlohmann::json;
using test::MemoryJournal;
using ::testing::ElementsAre;

// The reading end, as a program has it.
class Reader {
  public:
    explicit Reader(UniqueFd pipe) : pipe_(std::move(pipe)) { ::fcntl(pipe_.get(), F_SETFL, O_NONBLOCK); }

    // Takes what is there.
    void take() {
        char bytes[65536];
        ssize_t count = 0;
        while ((count = ::read(pipe_.get(), bytes, sizeof bytes)) > 0) {
            rest_.append(bytes, std::size_t(count));
        }
        ended = ended || count == 0;
        for (std::size_t end = 0; (end = rest_.find('\n')) != std::string::npos; rest_.erase(0, end + 1)) {
            lines.push_back(Json::parse(rest_.substr(0, end)));
        }
    }
    [[nodiscard]] std::vector<std::string> messages() const {
        std::vector<std::string> all;
        for (const Json& line : lines) {
            all.push_back(line["message"]);
        }
        return all;
    }

    std::vector<Json> lines;
    bool ended = false;

  private:
    UniqueFd pipe_;
    std::string rest_;
};

class Follow : public ::testing::Test {
  protected:
    void SetUp() override { std::signal(SIGPIPE, SIG_IGN); }

    Reader follow(LogQuery query = {.tail = 0}) {
        auto reader = core.run(logs->follow({instance, "profile", "server"}, std::move(query), nullptr));
        EXPECT_TRUE(reader) << reader.error().reason;
        return Reader(std::move(*reader));
    }
    void wait_for_lines(Reader& reader, std::size_t count) {
        core.run_until([&] {
            reader.take();
            return reader.lines.size() >= count;
        });
    }

    InstanceId instance = InstanceId::generate();
    MemoryJournal journal{instance};
    test::CoreUnderTest core;
    std::unique_ptr<JournalLogs> logs = std::make_unique<JournalLogs>(
        core.loop.get_executor(), [this](const auto& /*instance*/) { return journal.open(); });
};

TEST_F(Follow, ShowsWhatWasThereAndThenWhatComes) {
    journal.write_lines(1, 4);
    Reader reader = follow({.tail = 2});
    wait_for_lines(reader, 2);
    journal.write("line 5");
    wait_for_lines(reader, 3);
    EXPECT_THAT(reader.messages(), ElementsAre("line 3", "line 4", "line 5"));
}

TEST_F(Follow, GoesOnWhereAnEarlierFollowEnded) {
    journal.write_lines(1, 3);
    Reader first = follow({.tail = 3});
    wait_for_lines(first, 3);
    Reader second = follow({.cursor = first.lines[1]["cursor"]});
    journal.write("line 4");
    wait_for_lines(second, 2);
    EXPECT_THAT(second.messages(), ElementsAre("line 3", "line 4"));
}

TEST_F(Follow, RepeatsNothingThatTheReaderHasAlready) {
    Reader idle = follow();
    journal.write_lines(1, 3);
    const auto page = core.run(logs->page({instance, "profile", "server"}, {.limit = 2}));
    Reader reader = follow({.cursor = page->cursor});
    journal.write("line 4");
    wait_for_lines(reader, 2);
    EXPECT_THAT(reader.messages(), ElementsAre("line 3", "line 4"));
}

TEST_F(Follow, FiltersForEachReader) {
    Reader all = follow();
    Reader some = follow({.tail = 0, .grep = "2"});
    journal.write_lines(1, 3);
    wait_for_lines(all, 3);
    wait_for_lines(some, 1);
    EXPECT_THAT(some.messages(), ElementsAre("line 2"));
}

TEST_F(Follow, EndsWhenTheInstanceIsRemovedAndEverythingWasDelivered) {
    Reader reader = follow();
    journal.write_lines(1, 3000);
    logs->finish(instance);
    core.run_until([&] {
        reader.take();
        return reader.ended;
    });
    ASSERT_EQ(reader.lines.size(), 3000U);
    EXPECT_EQ(reader.lines.back()["message"], "line 3000");
    core.run_until([&] { return logs->followers() == 0; });
}

TEST_F(Follow, NoticesThatAReaderHasGone) {
    {
        const Reader reader = follow();
        EXPECT_EQ(logs->followers(), 1U);
    }
    core.run_until([&] { return logs->followers() == 0; });
}

TEST_F(Follow, LosesNothingForASlowReaderThatIsAlone) {
    Reader reader = follow();
    constexpr std::size_t count = 12'000;
    journal.write_lines(1, count);
    for (int i = 0; i < 50; ++i) {
        core.settle();
    }
    wait_for_lines(reader, count);
    for (std::size_t i = 0; i < count; ++i) {
        ASSERT_EQ(reader.lines[i]["message"], std::format("line {}", i + 1));
    }
}

TEST_F(Follow, TellsASlowReaderExactlyHowManyLinesItMissed) {
    Reader slow = follow();
    Reader quick = follow();
    constexpr std::size_t count = 30'000;
    journal.write_lines(1, count);
    wait_for_lines(quick, count);
    core.run_until([&] {
        slow.take();
        return !slow.lines.empty() && slow.lines.back()["message"] == std::format("line {}", count);
    });
    std::size_t delivered = 0;
    std::size_t missed = 0;
    std::size_t gaps = 0;
    for (const Json& line : slow.lines) {
        if (line["stream"] == "gap") {
            ++gaps;
            missed += line["gap"]["lines"].get<std::size_t>();
            EXPECT_EQ(line["gap"]["reason"], "slow-reader");
            continue;
        }
        ++delivered;
        ASSERT_EQ(line["message"], std::format("line {}", delivered + missed)) << "what comes after a gap is right";
    }
    EXPECT_GE(gaps, 1U);
    EXPECT_EQ(delivered + missed, count);
}

TEST_F(Follow, EndsForReadersWhoCameAtTheSameTime) {
    std::vector<Reader> readers;
    for (int i = 0; i < 3; ++i) {
        asio::co_spawn(
            core.loop, logs->follow({instance, "profile", "server"}, {.tail = 0}, nullptr),
            [&](const std::exception_ptr&, Result<UniqueFd> pipe) { readers.emplace_back(std::move(*pipe)); });
    }
    core.run_until([&] { return readers.size() == 3; });
    logs->finish(instance);
    core.run_until([&] {
        std::ranges::for_each(readers, &Reader::take);
        return std::ranges::all_of(readers, &Reader::ended);
    });
}

TEST_F(Follow, HasALimitOfReaders) {
    std::vector<Reader> readers;
    for (int i = 0; i < 256; ++i) {
        readers.push_back(follow());
    }
    const auto refused = core.run(logs->follow({instance, "profile", "server"}, {.tail = 0}, nullptr));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::LimitsExceeded);
}

TEST_F(Follow, HoldsAPlaceUntilTheReaderHasGone) {
    const auto place = std::make_shared<int>();
    {
        const auto reader = core.run(logs->follow({instance, "profile", "server"}, {.tail = 0}, place));
        ASSERT_TRUE(reader);
        EXPECT_GT(place.use_count(), 1);
    }
    core.run_until([&] { return place.use_count() == 1; });
    EXPECT_EQ(place.use_count(), 1);
}

TEST_F(Follow, JoinsALineWhoseEndComesLater) {
    Reader reader = follow();
    auto piece = journal.entry("begin ");
    piece.continues = true;
    piece.position.realtime = wall_time_now();
    journal.add(piece);
    auto end = journal.entry("end");
    end.position.realtime = wall_time_now();
    journal.add(end);
    wait_for_lines(reader, 1);
    EXPECT_THAT(reader.messages(), ElementsAre("begin end"));
}

}  // namespace
}  // namespace mcpctl::logs
