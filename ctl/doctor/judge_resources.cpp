// Engines, credentials, journal and disk.
#include <algorithm>
#include <format>

#include "ctl/doctor/judge.hpp"
#include "ctl/output/amounts.hpp"
#include "ctl/output/time_text.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::uint64_t little_space = 200UL << 20;
// As instances under systemd have it; journald's own is 10 000 lines in 30 s, for all containers of an engine together.
constexpr std::uint32_t enough_lines = 100'000;

Finding of_engine(const EngineFacts& engine) {
    if (!engine.installed) {
        return {"engines", Severity::note, std::format("{} is not there", engine.name)};
    }
    if (!engine.may_use) {
        return {"engines", Severity::note, std::format("{} is there; only root may ask how it is", engine.name)};
    }
    if (!engine.problem.empty()) {
        return {"engines", Severity::problem, std::format("{} does not answer: {}", engine.name, engine.problem),
                std::format("systemctl status {0}; journalctl -u {0} -n 50", engine.unit)};
    }
    if (engine.log_burst && *engine.log_burst < enough_lines) {
        return {
            "engines", Severity::note,
            std::format("{} answers; its containers share the journal's limit of {} for one unit, and more is dropped",
                        engine.name,
                        *engine.log_burst == 0 ? std::string("10 000 lines in 30 s")
                                               : std::format("{} lines", *engine.log_burst)),
            std::format("systemctl edit {}: [Service] LogRateLimitIntervalSec=1s LogRateLimitBurst={}", engine.unit,
                        enough_lines)};
    }
    return {"engines", Severity::ok, std::format("{} answers", engine.name)};
}

void judge_engines(const Facts& facts, Findings& findings) {
    const bool none = std::ranges::none_of(facts.engines, &EngineFacts::installed);
    if (none) {
        findings.push_back({"engines", Severity::note,
                            "there is no Docker and no Podman, so servers with an image cannot run",
                            "apt install podman; systemctl enable --now podman.socket"});
        return;
    }
    for (const EngineFacts& engine : facts.engines) {
        findings.push_back(of_engine(engine));
    }
}

void judge_credentials(const Facts& facts, Findings& findings) {
    if (!facts.has_credentials_service) {
        findings.push_back({"secrets", Severity::problem,
                            "systemd's credentials service does not listen, so no secret can be set",
                            "systemctl enable --now systemd-creds.socket"});
    } else if (facts.has_tpm) {
        findings.push_back({"secrets", Severity::ok, "sealed by this machine's TPM and host key"});
    } else if (facts.has_host_key) {
        findings.push_back(
            {"secrets", Severity::ok,
             "sealed by the host key; there is no TPM, so whoever has a copy of the whole disk can read them"});
    } else {
        findings.push_back({"secrets", Severity::note, "there is no host key yet; the first secret makes it"});
    }
}

std::string extent_of(const JournalFacts& journal) {
    std::string text = journal.used_bytes ? std::format("{} used, ", size_text(*journal.used_bytes)) : "";
    if (journal.oldest != 0) {
        text += std::format("goes back to {}, ", local_time(journal.oldest));
    }
    return text + std::format("{} free on its disk", size_text(journal.free_bytes));
}

void judge_journal(const Facts& facts, Findings& findings) {
    const JournalFacts& journal = facts.journal;
    if (!journal.persistent) {
        findings.push_back({"journal", Severity::warning,
                            "it is in memory only: logs and the audit trail end with the next boot",
                            "mkdir -p /var/log/journal; systemctl restart systemd-journald"});
    } else if (journal.free_bytes < little_space) {
        findings.push_back(
            {"journal", Severity::warning,
             std::format("little space: {}; journald forgets old logs and audit records", extent_of(journal)),
             "free space beneath /var/log, or journalctl --vacuum-size=…"});
    } else {
        findings.push_back({"journal", Severity::ok, "on disk: " + extent_of(journal)});
    }
}

void judge_state(const Facts& facts, Findings& findings) {
    if (facts.state_is_read_only) {
        findings.push_back({"store", Severity::problem, "/var/lib/mcpctl is on a file system that is read-only",
                            "look for errors of the disk in journalctl -k; mount -o remount,rw"});
    } else if (facts.state_free_bytes < little_space) {
        findings.push_back({"store", Severity::problem,
                            std::format("only {} free for /var/lib/mcpctl: soon nothing can be changed any more",
                                        size_text(facts.state_free_bytes)),
                            "free space beneath /var/lib"});
    } else {
        findings.push_back(
            {"store", Severity::ok, std::format("{} free for /var/lib/mcpctl", size_text(facts.state_free_bytes))});
    }
}

}  // namespace

void judge_resources(const Facts& facts, Findings& findings) {
    judge_engines(facts, findings);
    judge_credentials(facts, findings);
    judge_journal(facts, findings);
    judge_state(facts, findings);
}

}  // namespace mcpctl::ctl
