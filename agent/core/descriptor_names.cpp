#include "agent/core/descriptor_names.hpp"

#include <charconv>
#include <format>
#include <ranges>
#include <vector>

namespace mcpctl {
namespace {

constexpr WallTime second = 1'000'000;

std::string prefix_of(const StdioProcess& process) {
    return std::format("{}-{}-{}", process.ref.instance.hex().substr(0, 8), process.ref.generation,
                       process_text(process.ref.process));
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::vector<std::string_view> split(std::string_view name) {
    std::vector<std::string_view> parts;
    for (const auto part : std::views::split(name, '-')) {
        parts.emplace_back(part.begin(), part.end());
    }
    return parts;
}

}  // namespace

std::string client_descriptor_name(const StdioProcess& process) {
    return prefix_of(process) + "-client";
}

std::string server_descriptor_name(const StdioProcess& process) {
    if (process.role == ProcessRole::standby) {
        return prefix_of(process) + "-server";
    }
    return std::format("{}-{}-{}-{}{}", prefix_of(process), process.peer.uid, process.peer.pid,
                       process.opened_at / second, process.cold ? "c" : "");
}

std::optional<DescriptorName> parse_descriptor_name(std::string_view name) {
    const auto parts = split(name);
    if (parts.size() != 4 && parts.size() != 6) {
        return std::nullopt;
    }
    const auto generation = parse_number<std::uint64_t>(parts[1]);
    const auto process = parse_process(parts[2]);
    if (parts[0].size() != 8 || !generation || !process) {
        return std::nullopt;
    }
    DescriptorName parsed;
    parsed.instance = parts[0];
    parsed.generation = *generation;
    parsed.process = *process;
    if (parts.size() == 4) {
        parsed.client = parts[3] == "client";
        return parsed.client || parts[3] == "server" ? std::optional(parsed) : std::nullopt;
    }
    parsed.role = ProcessRole::session;
    parsed.cold = parts[5].ends_with('c');
    const auto uid = parse_number<uid_t>(parts[3]);
    const auto pid = parse_number<pid_t>(parts[4]);
    const auto opened = parse_number<WallTime>(parts[5].substr(0, parts[5].size() - (parsed.cold ? 1 : 0)));
    if (!uid || !pid || !opened) {
        return std::nullopt;
    }
    parsed.peer = {*uid, *pid};
    parsed.opened_at = *opened * second;
    return parsed;
}

}  // namespace mcpctl
