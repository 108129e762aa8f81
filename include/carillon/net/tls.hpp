#pragma once

#include <openssl/types.h>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "carillon/base/frame.hpp"
#include "carillon/base/time.hpp"
#include "carillon/net/outbound_queue.hpp"

namespace carillon {

/// A listener's certificate chain, key and TLS settings: TLS 1.2 and 1.3, forward secrecy, ALPN
/// http/1.1, session tickets. Shared by all shards; immutable but for the keys of the tickets,
/// which are renewed daily.
class TlsContext {
public:
    /// Reads PEM files. Throws std::runtime_error that names the file and the reason. `now`: for
    /// the age of the ticket keys; called on any shard, by handshakes.
    TlsContext(const std::string& certificate_file, const std::string& key_file, Now now);

    [[nodiscard]] SSL_CTX* native() const noexcept { return context_.get(); }

private:
    struct Free {
        void operator()(SSL_CTX* context) const noexcept;
    };
    std::unique_ptr<SSL_CTX, Free> context_;
};

/// The buffers that OpenSSL uses for whichever connection a shard is serving, so that an idle
/// connection needs none. One per shard.
class TlsScratch {
public:
    TlsScratch();
    ~TlsScratch();
    TlsScratch(const TlsScratch&) = delete;
    TlsScratch& operator=(const TlsScratch&) = delete;

private:
    friend class TlsSession;
    friend struct TlsScratchBio;
    static constexpr std::size_t record_bytes = 16384;  // Maximum plaintext of one record.

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

    /// Moves the connection to the shard that owns `scratch`. Only when `read` has consumed all
    /// received bytes.
    void move_to(TlsScratch& scratch);

    /// Sets the bytes that `read` decrypts. They must stay valid until `read` needs more.
    void receive(std::span<const char> ciphertext) noexcept;

    enum class Progress : unsigned char { bytes, need_more, ended, failed };
    /// The next decrypted bytes, which are valid until the next call for any connection of the
    /// shard.
    [[nodiscard]] Progress read(std::span<char>& plaintext);

    /// Queues plaintext for `encrypt`.
    void send(Frame frame) { plain_.push(std::move(frame)); }
    [[nodiscard]] OutboundQueue& plain() noexcept { return plain_; }
    /// The handshake is over.
    [[nodiscard]] bool established() const noexcept;

    /// Moves what OpenSSL has written by itself (handshake, alerts) to `wire`. Has to be called
    /// after `read`, before another connection of the shard is served.
    void take_output(OutboundQueue& wire);

    /// Encrypts queued plaintext, several frames per record, until `wire` holds at least
    /// `wire_bytes_max` bytes. Does nothing during the handshake. False if the connection is
    /// broken.
    [[nodiscard]] bool encrypt(OutboundQueue& wire, std::size_t wire_bytes_max);

    /// Sends close_notify, once, after all plaintext.
    void end(OutboundQueue& wire);

private:
    [[nodiscard]] std::size_t fill_record() noexcept;

    SSL* ssl_;
    TlsScratch* scratch_;
    OutboundQueue plain_;
    bool ended_ = false;
};

}  // namespace carillon
