#include "agent/docker/pull_progress.hpp"

#include <algorithm>
#include <format>
#include <nlohmann/json.hpp>

#include "agent/json/document.hpp"

namespace mcpctl::docker {
namespace {

using nlohmann::json;

constexpr std::size_t most_layers = 500;
constexpr std::size_t most_line = 64UL * 1024;

std::string text_in(const json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>()
                                                                             : std::string();
}

std::uint64_t count_in(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::unexpected<Error> malformed(std::string_view what) {
    return fail(ErrorCode::Unavailable, std::format("the engine's answer makes no sense: {}", what));
}

}  // namespace

Result<void> PullProgress::take(std::string_view piece) {
    rest_.append(piece);
    for (std::size_t end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n')) {
        const std::string line = rest_.substr(0, end);
        rest_.erase(0, end + 1);
        if (auto taken = take_line(line); !taken) {
            return taken;
        }
    }
    return rest_.size() > most_line ? malformed("a line without an end") : Result<void>();
}

Result<void> PullProgress::take_line(std::string_view line) {
    if (line.find_first_not_of(" \r") == std::string_view::npos) {
        return {};
    }
    const auto event = parse_document(line, most_line);
    if (!event) {
        return malformed(event.error().reason);
    }
    if (const std::string error = text_in(*event, "error"); !error.empty()) {
        return fail(ErrorCode::StartFailed, error);
    }
    const std::string id = text_in(*event, "id");
    const std::string status = text_in(*event, "status");
    // The first line's id is the tag.
    if (id.empty() || status.starts_with("Pulling from")) {
        return {};
    }
    auto layer = std::ranges::find(layers_, id, &Layer::id);
    if (layer == layers_.end()) {
        if (layers_.size() == most_layers) {
            return {};
        }
        layer = layers_.insert(layers_.end(), {.id = id});
    }
    layer->done = layer->done || status == "Pull complete" || status == "Already exists";
    const auto detail = event->find("progressDetail");
    if (status == "Downloading" && detail != event->end() && detail->is_object()) {
        layer->current = count_in(*detail, "current");
        layer->total = count_in(*detail, "total");
    }
    return {};
}

std::string PullProgress::text() const {
    double current = 0;
    double total = 0;
    for (const Layer& layer : layers_) {
        current += double(layer.done ? layer.total : layer.current);
        total += double(layer.total);
    }
    return std::format("fetching the image: {} of {} layers, {:.1f} of {:.1f} MB",
                       std::ranges::count(layers_, true, &Layer::done), layers_.size(), current / 1e6, total / 1e6);
}

}  // namespace mcpctl::docker
