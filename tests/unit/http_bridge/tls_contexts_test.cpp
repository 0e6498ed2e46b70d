// B09: certificates that are renewed while the bridge runs.
#include "http-bridge/tls_contexts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdlib>
#include <fstream>

namespace mcpctl::http_bridge {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class TlsContextsTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "mcpctl-tls-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        root_ = pattern;
        files = {root_ / "live.crt", root_ / "live.key"};
    }
    void TearDown() override { fs::remove_all(root_); }

    void make(const std::string& name) const {
        const std::string base = (root_ / name).string();
        const std::string command =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=" + name +
            " -keyout " + base + ".key -out " + base + ".crt 2>/dev/null";
        ASSERT_EQ(std::system(command.c_str()), 0);
    }
    // As those do it who renew certificates: by a link that is put in place of the one before.
    void use(const std::string& certificate, const std::string& key) const {
        link(certificate + ".crt", files.certificate);
        link(key + ".key", files.key);
    }
    static std::string name_in(const TlsContexts::Context& context) {
        std::string name(64, '\0');
        const int length =
            ::X509_NAME_get_text_by_NID(::X509_get_subject_name(::SSL_CTX_get0_certificate(context->native_handle())),
                                        NID_commonName, name.data(), int(name.size()));
        name.resize(std::size_t(std::max(length, 0)));
        return name;
    }
    TlsFiles files;

  private:
    void link(const std::string& target, const fs::path& place) const {
        const fs::path fresh = root_ / "new-link";
        fs::create_symlink(target, fresh);
        fs::rename(fresh, place);
    }
    fs::path root_;
};

TEST_F(TlsContextsTest, UsesWhatTheFilesAreWhenAClientComes) {
    make("first");
    make("second");
    use("first", "first");
    TlsContexts contexts(files, Clock::duration::zero());
    const auto first = contexts.current();
    ASSERT_TRUE(first) << first.error().reason;
    EXPECT_EQ(name_in(*first), "first");
    use("second", "second");
    EXPECT_EQ(name_in(*contexts.current()), "second");
    EXPECT_EQ(name_in(*first), "first") << "of who is connected";
}

TEST_F(TlsContextsTest, LooksAtTheFilesSeldom) {
    make("first");
    make("second");
    use("first", "first");
    TlsContexts contexts(files, std::chrono::hours(1));
    ASSERT_TRUE(contexts.current());
    use("second", "second");
    EXPECT_EQ(name_in(*contexts.current()), "first");
}

TEST_F(TlsContextsTest, KeepsTheOneBeforeWhileTheFilesDoNotBelongTogether) {
    make("first");
    make("second");
    use("first", "first");
    TlsContexts contexts(files, Clock::duration::zero());
    ASSERT_TRUE(contexts.current());
    use("second", "first");
    EXPECT_EQ(name_in(*contexts.current()), "first");
    use("second", "second");
    EXPECT_EQ(name_in(*contexts.current()), "second");
}

TEST_F(TlsContextsTest, SaysWhatIsWrongWithTheFirst) {
    const auto missing = TlsContexts(files).current();
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().reason, HasSubstr("the certificate " + files.certificate.string() + " cannot be used"));
    make("first");
    make("second");
    use("first", "second");
    const auto mismatch = TlsContexts(files).current();
    ASSERT_FALSE(mismatch);
    EXPECT_THAT(mismatch.error().reason, HasSubstr("the key " + files.key.string() + " cannot be used"));
    std::ofstream(fs::canonical(files.certificate)) << "nothing";
    EXPECT_FALSE(TlsContexts(files).current());
}

}  // namespace
}  // namespace mcpctl::http_bridge
