#pragma once

#include <string>

namespace carillon {

/// One key pair of an app: clients and SDKs name the key and sign with the secret. Keys are public;
/// the secret never reaches a log, a label, an error or an answer.
struct Credential {
    std::string key;
    std::string secret;
};

}  // namespace carillon
