#include "ctl/completion/live_names.hpp"

#include <algorithm>
#include <cctype>
#include <format>

namespace mcpctl::ctl {
namespace {

// What needs no quotes in any shell. Names and ids consist of nothing else; what does not comes from no agent of ours.
bool is_plain(const std::string& name) {
    return !name.empty() && name.front() != '-' && std::ranges::all_of(name, [](unsigned char letter) {
        return std::isalnum(letter) != 0 || letter == '-' || letter == '_' || letter == '.';
    });
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text.append(text.empty() ? "" : ", ").append(word);
    }
    return text;
}

template <class Info, class Describe>
std::vector<Candidate> described(const Result<std::vector<Info>>& all, Describe describe) {
    std::vector<Candidate> candidates;
    if (all) {
        for (const Info& info : *all) {
            candidates.push_back({info.name, describe(info)});
        }
    }
    return candidates;
}

std::vector<Candidate> instances(Context& context) {
    std::vector<Candidate> candidates;
    if (const auto all = context.agent().instances()) {
        for (const InstanceInfo& instance : *all) {
            candidates.push_back({instance.name, std::format("{}, profile {}", instance.state, instance.profile)});
            candidates.push_back({instance.id, std::format("{}, {}", instance.name, instance.state), true});
        }
    }
    return candidates;
}

std::vector<Candidate> sessions(Context& context, const std::vector<std::string>& operands) {
    std::vector<Candidate> candidates;
    if (operands.empty()) {
        return candidates;
    }
    const auto instance = context.agent().find_instance(operands.front());
    if (!instance) {
        return candidates;
    }
    if (const auto all = context.agent().sessions(*instance)) {
        for (const SessionInfo& session : *all) {
            if (session.state == "open") {
                candidates.push_back({session.id, std::format("of user {}", session.peer_uid)});
            }
        }
    }
    return candidates;
}

std::vector<Candidate> ask(Context& context, ValueKind kind, const std::vector<std::string>& operands) {
    switch (kind) {
        case ValueKind::instance:
            return instances(context);
        case ValueKind::profile:
            return described(context.agent().profiles(),
                             [](const ProfileInfo& profile) { return "server " + profile.server; });
        case ValueKind::server:
            return described(context.agent().servers(), [](const ServerInfo& server) {
                return server.description.empty() ? server.transport : server.description;
            });
        case ValueKind::secret:
            return described(context.agent().secrets(), [](const SecretInfo& secret) {
                return secret.used_by.empty() ? "not used" : "used by " + joined(secret.used_by);
            });
        case ValueKind::token:
            return described(context.agent().tokens(), [](const TokenInfo& token) { return joined(token.scopes); });
        case ValueKind::session:
            return sessions(context, operands);
        case ValueKind::anything:
        case ValueKind::words:
        case ValueKind::file:
        case ValueKind::directory:
        case ValueKind::user:
            break;
    }
    return {};
}

}  // namespace

std::vector<Candidate> live_names(Context& context, ValueKind kind, const std::vector<std::string>& operands) {
    std::vector<Candidate> candidates = ask(context, kind, operands);
    std::erase_if(candidates, [](const Candidate& candidate) { return !is_plain(candidate.text); });
    return candidates;
}

}  // namespace mcpctl::ctl
