#include "agent/relay/whole_lines.hpp"

#include <utility>

namespace mcpctl::relay {

std::string WholeLines::take(int stream, std::string_view bytes) {
    std::string& begun = begun_[stream == 2 ? 1 : 0];
    const std::size_t end = bytes.rfind('\n') + 1;  // 0 where there is no newline
    std::string whole;
    if (end > 0) {
        whole = std::exchange(begun, {});
        whole += bytes.substr(0, end);
    }
    begun += bytes.substr(end);
    if (begun.size() >= longest) {
        whole += std::exchange(begun, {});
    }
    return whole;
}

std::string WholeLines::rest() {
    auto& [output, error] = begun_;
    std::string both = std::exchange(output, {});
    if (!both.empty() && !error.empty()) {
        both += '\n';
    }
    return both += std::exchange(error, {});
}

}  // namespace mcpctl::relay
