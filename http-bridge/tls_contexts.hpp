// Certificate and key of the sockets that speak TLS. The files are looked at when a client comes: those who renew them
// need tell nobody, and connections that are open go on.
#pragma once

#include <sys/types.h>

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/async.hpp"
#include "base/error.hpp"

namespace mcpctl::http_bridge {

struct TlsFiles {
    std::filesystem::path certificate;  // PEM, the server's own first, then those that lead to the root
    std::filesystem::path key;          // PEM
    friend bool operator==(const TlsFiles&, const TlsFiles&) = default;
};

class TlsContexts {
  public:
    using Context = std::shared_ptr<asio::ssl::context>;

    // The files are looked at this often at most.
    explicit TlsContexts(TlsFiles files, Clock::duration between_looks = std::chrono::seconds(1))
        : files_(std::move(files)), between_looks_(between_looks) {}

    // Of the files as they are now. While they cannot be used, one being there without the other for example, it is
    // what they were before, and the log tells; an error where they never could be.
    Result<Context> current();

  private:
    // What tells whether a file is another than before.
    struct Stamp {
        dev_t device = 0;
        ino_t inode = 0;
        off_t size = 0;
        std::int64_t changed = 0;  // ns
        friend bool operator==(const Stamp&, const Stamp&) = default;
    };
    static Stamp stamp_of(const std::filesystem::path& file);
    [[nodiscard]] Result<Context> load() const;

    TlsFiles files_;
    Clock::duration between_looks_;
    std::vector<Stamp> stamps_;
    Context context_;
    Clock::time_point next_look_{};
    std::string told_;  // what is wrong with them, so that it is told once
};

}  // namespace mcpctl::http_bridge
