#pragma once

#include <openssl/types.h>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "carillon/base/frame.hpp"
#include "carillon/net/outbound_queue.hpp"

namespace carillon {

/// What a listener shows to its clients: certificate chain, key, and the rules of its handshakes
/// (TLS 1.2 and 1.3, forward secrecy, ALPN http/1.1, session tickets). Shared by all shards;
/// immutable.
class TlsContext {
public:
    /// Reads PEM files. Throws std::runtime_error that names the file and what is wrong with it.
    TlsContext(const std::string& certificate_file, const std::string& key_file);

    [[nodiscard]] SSL_CTX* native() const noexcept { return context_.get(); }

private:
    struct Free {
        void operator()(SSL_CTX* context) const noexcept;
    };
    std::unique_ptr<SSL_CTX, Free> context_;
};

/// Where OpenSSL reads and writes while a shard works on one of its connections: so that an idle
/// connection needs no buffers of its own. One a shard.
class TlsScratch {
public:
    TlsScratch();
    ~TlsScratch();
    TlsScratch(const TlsScratch&) = delete;
    TlsScratch& operator=(const TlsScratch&) = delete;

private:
    friend class TlsSession;
    friend struct TlsScratchBio;
    static constexpr std::size_t record_bytes = 16384;  // The most that one record carries.

    BIO* bio_;
    std::span<const char> in_;
    std::string out_;
    std::array<char, record_bytes> plain_;
};

/// TLS on one connection, as a transform: ciphertext in, plaintext out, and back. No sockets.
/// Source: RFC 8446, RFC 5246.
class TlsSession {
public:
    TlsSession(const TlsContext& context, TlsScratch& scratch);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    /// The connection moves to another shard, which has `scratch`. Only between `read`s that have
    /// used up what was received.
    void move_to(TlsScratch& scratch);

    /// What the peer sent; then `read` until it has no more. The bytes must stay until then.
    void receive(std::span<const char> ciphertext) noexcept;

    enum class Progress : unsigned char { bytes, need_more, ended, failed };
    /// The next decrypted bytes, which hold until the next call for any connection of the shard.
    [[nodiscard]] Progress read(std::span<char>& plaintext);

    /// Queues plaintext, which `encrypt` takes from.
    void send(Frame frame) { plain_.push(std::move(frame)); }
    [[nodiscard]] OutboundQueue& plain() noexcept { return plain_; }
    /// The handshake is over.
    [[nodiscard]] bool established() const noexcept;

    /// Moves to `wire` what OpenSSL has to say by itself (answers of the handshake, alerts). To be
    /// called after `read`, before another connection of the shard is served.
    void take_output(OutboundQueue& wire);

    /// Encrypts what waits, many frames to a record, until `wire` holds `wire_bytes_max` or more.
    /// Does nothing during the handshake. False if the connection is beyond use.
    [[nodiscard]] bool encrypt(OutboundQueue& wire, std::size_t wire_bytes_max);

    /// Says goodbye (close_notify), once; after all plaintext.
    void end(OutboundQueue& wire);

private:
    [[nodiscard]] std::size_t fill_record() noexcept;

    SSL* ssl_;
    TlsScratch* scratch_;
    OutboundQueue plain_;
    bool ended_ = false;
};

}  // namespace carillon
