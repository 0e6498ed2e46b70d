#include "http-bridge/tls_contexts.hpp"

#include <openssl/ssl.h>
#include <sys/stat.h>

#include <array>
#include <format>

#include "base/journal.hpp"

namespace mcpctl::http_bridge {
namespace {

// ALPN (RFC 7301): a client that offers other protocols only is refused, as the RFC wants it.
int choose_protocol(SSL* /*connection*/, const unsigned char** chosen, unsigned char* length,
                    const unsigned char* offered, unsigned offered_length, void* /*unused*/) {
    static constexpr std::array<unsigned char, 9> ours{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    unsigned char* selected = nullptr;
    const int result =
        ::SSL_select_next_proto(&selected, length, ours.data(), unsigned(ours.size()), offered, offered_length);
    *chosen = selected;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

std::unexpected<Error> unusable(std::string_view what, const std::filesystem::path& file,
                                const boost::system::error_code& why) {
    return fail(ErrorCode::InvalidArgument,
                std::format("the {} {} cannot be used: {}", what, file.string(), why.message()), "tls");
}

}  // namespace

Result<TlsContexts::Context> TlsContexts::load() const {
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    SSL_CTX* native = context->native_handle();
    ::SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    ::SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    ::SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // 34 KiB less for each idle connection
    ::SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
    boost::system::error_code error;
    if (context->use_certificate_chain_file(files_.certificate.string(), error); error) {
        return unusable("certificate", files_.certificate, error);
    }
    if (context->use_private_key_file(files_.key.string(), asio::ssl::context::pem, error); error) {
        return unusable("key", files_.key, error);
    }
    return context;
}

TlsContexts::Stamp TlsContexts::stamp_of(const std::filesystem::path& file) {
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0) {
        return {};
    }
    return {status.st_dev, status.st_ino, status.st_size,
            std::int64_t(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec};
}

Result<TlsContexts::Context> TlsContexts::current() {
    if (context_ && Clock::now() < next_look_) {
        return context_;
    }
    next_look_ = Clock::now() + between_looks_;
    std::vector<Stamp> stamps{stamp_of(files_.certificate), stamp_of(files_.key)};
    if (context_ && stamps == stamps_) {
        return context_;
    }
    auto loaded = load();
    if (loaded) {
        if (context_) {
            log::info(std::format("uses the new certificate {}", files_.certificate.string()));
        }
        context_ = *loaded;
        stamps_ = std::move(stamps);
        told_.clear();
        return context_;
    }
    if (!context_) {
        return loaded;
    }
    if (std::exchange(told_, loaded.error().reason) != told_) {
        log::error(std::format("{}; the one before stays in use", told_));
    }
    return context_;
}

}  // namespace mcpctl::http_bridge
