#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace carillon::bench {

class Destination;

/// A non-blocking connection, with TLS or without.
class Wire {
public:
    Wire() = default;
    ~Wire();
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    /// False when it fails at once. What is sent before it is connected waits.
    [[nodiscard]] bool open(Destination& destination);
    void close() noexcept;

    [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

    /// To append to, then `flush`.
    [[nodiscard]] std::string& outbound() noexcept { return outbound_; }
    /// Sends what the system takes and keeps the rest for the next call. False: broken.
    [[nodiscard]] bool flush();

    enum class Received : std::uint8_t { some, nothing, ended };
    /// `drained` is set when there is surely no more for now.
    [[nodiscard]] Received read(std::span<char> into, std::size_t& size, bool& drained);

private:
    struct FreeTls {
        void operator()(SSL* tls) const noexcept;
    };

    std::ptrdiff_t send_some(std::string_view bytes);

    int descriptor_ = -1;
    std::unique_ptr<SSL, FreeTls> tls_;
    std::string outbound_;
};

}  // namespace carillon::bench
