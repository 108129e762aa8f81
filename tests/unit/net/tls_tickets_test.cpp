#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <string>

#include "carillon/net/tls.hpp"
#include "support/certificates.hpp"

namespace carillon::test {
namespace {

using namespace std::chrono_literals;

struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using Session = std::unique_ptr<SSL_SESSION, Free>;

/// Moves what `queue` holds into `to`.
void transfer(OutboundQueue& queue, BIO* to) {
    std::array<iovec, 16> vectors;
    while (!queue.empty()) {
        const auto gathered = queue.gather(vectors);
        for (std::size_t i = 0; i < gathered.vectors; ++i) {
            BIO_write(to, vectors[i].iov_base, static_cast<int>(vectors[i].iov_len));
        }
        queue.consume(gathered.bytes);
    }
}

class TlsTickets : public ::testing::TestWithParam<int> {
protected:
    TlsTickets() {
        SSL_CTX_set_max_proto_version(client_.get(), GetParam());
        SSL_CTX_set_session_cache_mode(client_.get(), SSL_SESS_CACHE_CLIENT);
    }

    struct Handshake {
        bool resumed = false;
        Session session;
    };

    /// A client comes, with the session of an earlier visit or without, says something and goes.
    Handshake visit(SSL_SESSION* earlier = nullptr) {
        const std::unique_ptr<SSL, Free> client(SSL_new(client_.get()));
        BIO* const to_client = BIO_new(BIO_s_mem());
        BIO* const from_client = BIO_new(BIO_s_mem());
        SSL_set_bio(client.get(), to_client, from_client);
        SSL_set_connect_state(client.get());
        if (earlier != nullptr) SSL_set_session(client.get(), earlier);
        TlsScratch scratch;
        TlsSession server(context_, scratch);
        OutboundQueue wire;
        for (int round = 0; round < 6; ++round) {
            SSL_do_handshake(client.get());
            if (SSL_is_init_finished(client.get()) == 1) SSL_write(client.get(), "x", 1);
            std::array<char, 16384> bytes;
            const int size = BIO_read(from_client, bytes.data(), static_cast<int>(bytes.size()));
            if (size > 0) server.receive({bytes.data(), static_cast<std::size_t>(size)});
            std::span<char> plain;
            while (server.read(plain) == TlsSession::Progress::bytes) {
            }
            server.take_output(wire);
            transfer(wire, to_client);
            SSL_read(client.get(), bytes.data(), 1);  // Takes the tickets of TLS 1.3.
        }
        EXPECT_TRUE(server.established());
        // Or OpenSSL takes the session for broken.
        SSL_set_shutdown(client.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        return {SSL_session_reused(client.get()) == 1, Session(SSL_get1_session(client.get()))};
    }

    const Certificates certificates_;
    const Certificates::Pair pair_ = certificates_.issue("server", "DNS:localhost");
    TimePoint now_ = TimePoint() + 1000h;
    const TlsContext context_{pair_.certificate, pair_.key, [this] { return now_; }};
    const std::unique_ptr<SSL_CTX, Free> client_{SSL_CTX_new(TLS_client_method())};
};

INSTANTIATE_TEST_SUITE_P(OfEachVersion, TlsTickets,
                         ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION));

TEST_P(TlsTickets, ResumeASession) {
    const Handshake first = visit();
    EXPECT_FALSE(first.resumed);
    EXPECT_TRUE(visit(first.session.get()).resumed);
}

TEST_P(TlsTickets, OfYesterdaysKeyAreAcceptedAndReplaced) {
    const Handshake first = visit();
    now_ += 25h;
    const Handshake second = visit(first.session.get());
    EXPECT_TRUE(second.resumed);
    now_ += 22h;  // By yesterday's key this one would be refused.
    EXPECT_TRUE(visit(second.session.get()).resumed);
}

TEST_P(TlsTickets, OfAnOlderKeyAreRefused) {
    const Handshake first = visit();
    now_ += 26h;
    EXPECT_FALSE(visit(first.session.get()).resumed);
}

}  // namespace
}  // namespace carillon::test
