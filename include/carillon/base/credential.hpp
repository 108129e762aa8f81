#pragma once

#include <string>

namespace carillon {

/// One key and secret of an app: clients and SDKs send the key and sign with the secret. Keys are
/// public; the secret must never appear in a log, a metric, an error or a response.
struct Credential {
    std::string key;
    std::string secret;

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("key", &Credential::key,
                "Public key that clients connect with. Required, unique across all apps.");
        setting("secret", &Credential::secret,
                "Secret that backends sign subscriptions and REST requests with. Required.");
    }
};

}  // namespace carillon
