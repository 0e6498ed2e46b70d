// One exchange of a client: what has come of the answer, and who waits for more of it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/async.hpp"
#include "http/client.hpp"
#include "http/easy.hpp"
#include "http/multi.hpp"

namespace mcpctl::http {

class Transfer {
  public:
    enum class Body : std::uint8_t { whole, streamed };

    Transfer(std::shared_ptr<Multi> multi, Request request, Body body);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    ~Transfer();

    [[nodiscard]] Easy& easy() { return easy_; }
    [[nodiscard]] int status() const { return easy_.status(); }
    [[nodiscard]] const Headers& headers() const { return headers_; }

    Task<Result<void>> wait_for_head(Clock::time_point deadline);
    // Of a whole one.
    Task<Result<std::string>> wait_for_body(Clock::time_point deadline);
    // Of a streamed one: empty at its end.
    Task<Result<std::string>> next_piece(Clock::time_point deadline);

    // Called by Multi.
    void end(CURLcode result);

  private:
    static std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* self);
    static std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* self);

    [[nodiscard]] bool take_header_line(std::string_view line);
    Task<Result<void>> wait_until(bool (Transfer::*reached)() const, Clock::time_point deadline);
    [[nodiscard]] bool has_head() const { return head_complete_; }
    [[nodiscard]] bool has_piece() const { return !body_.empty(); }
    [[nodiscard]] bool never() const { return false; }

    std::shared_ptr<Multi> multi_;
    Easy easy_;
    Body kind_;
    Headers headers_;
    std::size_t head_bytes_ = 0;
    bool head_complete_ = false;
    std::string body_;
    bool paused_ = false;
    bool too_large_ = false;
    std::optional<CURLcode> result_;
    Condition changed_;
};

}  // namespace mcpctl::http
