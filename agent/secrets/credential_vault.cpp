#include "agent/secrets/credential_vault.hpp"

#include <format>

#include "agent/secrets/credential_files.hpp"
#include "agent/secrets/sealing.hpp"
#include "base/worker.hpp"

namespace mcpctl::secrets {
namespace {

template <class Work>
auto stored(Work work) -> Result<decltype(work())> {
    try {
        if constexpr (std::is_void_v<decltype(work())>) {
            work();
            return {};
        } else {
            return work();
        }
    } catch (const std::system_error& error) {
        return fail(ErrorCode::StorageFailed, std::format("the secrets cannot be read or written: {}", error.what()));
    }
}

}  // namespace

Task<Result<std::string>> CredentialVault::seal(std::string name, SecretValue value) {
    co_return co_await on_worker(worker_, [name, kept = std::move(value)]() mutable {
        auto sealed = secrets::seal(name, kept);
        kept.wipe();
        return sealed;
    });
}

Task<Result<void>> CredentialVault::keep(std::string name, std::string sealed) {
    co_return co_await on_worker(worker_, [directory = directory_, name, sealed] {
        return stored([&] { write_credential(directory, name, sealed + '\n'); });
    });
}

Task<Result<void>> CredentialVault::erase(std::string name) {
    co_return co_await on_worker(
        worker_, [directory = directory_, name] { return stored([&] { remove_credential(directory, name); }); });
}

Task<Result<std::vector<KeptSecret>>> CredentialVault::list() {
    co_return co_await on_worker(
        worker_, [directory = directory_] { return stored([&] { return list_credentials(directory); }); });
}

}  // namespace mcpctl::secrets
