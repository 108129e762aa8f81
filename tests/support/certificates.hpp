#pragma once

#include <string>

#include "support/child_process.hpp"

namespace carillon::test {

/// A private certificate authority, made afresh, and certificates that it signs. Needs openssl.
class Certificates {
public:
    Certificates();

    struct Pair {
        std::string certificate;
        std::string key;
    };
    /// `names` as in a subjectAltName: "DNS:localhost,IP:127.0.0.1".
    [[nodiscard]] Pair issue(const std::string& name, const std::string& names) const;
    [[nodiscard]] std::string authority() const { return directory_.file("ca.pem"); }

private:
    TemporaryDirectory directory_;
};

}  // namespace carillon::test
