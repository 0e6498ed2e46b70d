// One request to a far bridge and its answer, as a whole or as it comes; or a WebSocket.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "ctl/far/access.hpp"
#include "ctl/wake.hpp"
#include "http/easy.hpp"

namespace mcpctl::ctl::far {

// Of a stream of events: the bridge sends a comment every 15 s.
constexpr std::chrono::seconds longest_silence{45};

// Connections to a bridge, which one request after the other uses.
class Connections {
  public:
    Connections() : multi_(http::made(http::curl().multi_init())) {}
    Connections(const Connections&) = delete;
    Connections& operator=(const Connections&) = delete;
    ~Connections() { http::curl().multi_cleanup(multi_); }

    [[nodiscard]] CURLM* get() const { return multi_; }

  private:
    CURLM* multi_;
};

struct Call {
    std::string path;  // with its query
    std::string method = "GET";
    http::Headers headers = {};
    std::string body = {};
};

struct Answer {
    int status = 0;
    std::string content_type;
    std::string location;
    std::string link;
    std::string body;
};

class Exchange {
  public:
    enum class Kind : std::uint8_t { request, websocket };
    enum class Step : std::uint8_t {
        more,  // something has come
        over,  // nothing more will
        deadline,
        interrupted,
    };

    Exchange(std::shared_ptr<Connections> connections, const Access& access, const Call& call,
             Kind kind = Kind::request);
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange();

    // Until the answer's head is there (more), which may be all of it (over). A readable `interrupt_fd` ends each wait.
    Result<Step> wait_for_head(SteadyClock::time_point deadline, int interrupt_fd);
    // Until there is something to take.
    Result<Step> wait(SteadyClock::time_point deadline, int interrupt_fd);

    // What has come of the body; of a WebSocket nothing.
    [[nodiscard]] std::string take_body() { return std::exchange(body_, {}); }
    // Whole messages of a WebSocket.
    [[nodiscard]] std::deque<std::string> take_messages() { return std::exchange(messages_, {}); }
    // What the other end of a WebSocket said when it closed.
    [[nodiscard]] std::optional<unsigned> close_code() const { return close_code_; }

    [[nodiscard]] int status() const { return easy_.status(); }
    [[nodiscard]] std::string header(const char* name) const { return easy_.header(name); }
    // The request was sent, or a part of it.
    [[nodiscard]] bool was_sent() const;

  private:
    static std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* self);
    static std::size_t take_piece(char* bytes, std::size_t size, std::size_t count, void* self);

    void set_up(const Access& access);
    void take_frame(std::string_view piece, const curl_ws_frame& frame);
    void progress();
    [[nodiscard]] bool has_something() const { return !body_.empty() || !messages_.empty() || close_code_; }
    Result<Step> wait_until(bool (Exchange::*reached)() const, SteadyClock::time_point deadline, int interrupt_fd);
    [[nodiscard]] bool has_head() const { return head_complete_; }
    [[nodiscard]] Error failure() const;

    std::shared_ptr<Connections> connections_;
    Access access_;
    Kind kind_;
    http::Easy easy_;
    std::array<char, CURL_ERROR_SIZE> words_{};
    bool head_complete_ = false;
    std::string body_;
    std::string begun_;  // a message whose end has not come
    std::deque<std::string> messages_;
    std::optional<unsigned> close_code_;
    bool too_large_ = false;
    std::optional<CURLcode> result_;
};

// The whole answer. Canceled: interrupted.
[[nodiscard]] Result<Answer> whole_answer(Exchange& exchange, SteadyClock::time_point deadline, int interrupt_fd);

}  // namespace mcpctl::ctl::far
