// Any bytes as what an engine says: its answers, how a fetch goes on, the stream of an attached container, and the
// status of a relay. Refused with a presentable error, or taken, and then nothing comes out that the rest could not
// bear.
#include <cstdint>
#include <string_view>

#include "agent/docker/engine_messages.hpp"
#include "agent/docker/pull_progress.hpp"
#include "agent/docker/relay_status.hpp"
#include "agent/relay/stream_frames.hpp"
#include "tests/corpus/awkward_strings.hpp"
#include "tests/fuzz/require.hpp"

namespace mcpctl::fuzz {
namespace {

template <class Value>
void require_presentable(const Result<Value>& result) {
    if (!result) {
        require(corpus::first_offence(result.error().reason) == std::string::npos, "errors are plain text");
        require(result.error().reason.size() < 4096, "errors are short");
    }
}

void try_answers(std::string_view text) {
    require_presentable(docker::parse_info(text));
    require_presentable(docker::parse_created(text));
    require_presentable(docker::parse_image_id(text));
    require_presentable(docker::parse_listing(text));
    const auto container = docker::parse_container(text);
    require_presentable(container);
    if (container) {
        require(container->id.size() == 64, "a container has an id");
        const docker::RelayStatus told{.phase = docker::RelayPhase::ended, .reason = docker::reason_of_end(*container)};
        const std::string status = docker::relay_status_text(told);
        require(corpus::first_offence(status) == std::string::npos, "a status is plain text");
        require(docker::parse_relay_status(status).has_value(), "a status can be read again");
    }
}

void try_pieces(std::string_view text) {
    docker::PullProgress progress;
    relay::StreamFrames frames;
    bool framed = true;
    std::size_t passed = 0;
    for (std::size_t at = 0; at < text.size(); at += 7) {
        const std::string_view piece = text.substr(at, 7);
        (void)progress.take(piece);
        if (const auto parts = framed ? frames.take(piece) : fail(ErrorCode::Unavailable, "")) {
            for (const relay::StreamPiece& part : *parts) {
                require(part.stream == 1 || part.stream == 2, "a piece is output or error");
                passed += part.bytes.size();
            }
        } else {
            framed = false;
        }
    }
    require(passed <= text.size(), "no bytes are made up");
    require(!progress.text().empty(), "a fetch has a progress");
}

}  // namespace
}  // namespace mcpctl::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    mcpctl::fuzz::try_answers(text);
    mcpctl::fuzz::try_pieces(text);
    (void)mcpctl::docker::parse_relay_status(text);
    return 0;
}
