#include <benchmark/benchmark.h>

#include <string>

#include "carillon/auth/api_request.hpp"
#include "carillon/auth/signature.hpp"
#include "carillon/auth/subscription_token.hpp"

namespace carillon {
namespace {

const Credential credential{"a1b2c3d4e5f60718293a", "0f1e2d3c4b5a69788796"};

void check_token(benchmark::State& state) {
    const std::string token =
        subscription_token(credential, "12345.67890", "private-orders", std::nullopt);
    for (auto _ : state) {
        const auto verdict = check_subscription_token(token, "12345.67890", "private-orders",
                                                      std::nullopt, {&credential, 1});
        if (!verdict) state.SkipWithError("refused");
    }
}
BENCHMARK(check_token);

/// The whole of it: query, signature and checksum of a trigger of 300 bytes.
void check_trigger(benchmark::State& state) {
    const std::string body(300, 'x');
    std::string query =
        "auth_key=a1b2c3d4e5f60718293a&auth_timestamp=1700000000&auth_version=1.0&body_md5=" +
        md5_hex(body);
    query += "&auth_signature=" +
             hmac_sha256_hex(credential.secret, "POST\n/apps/4242/events\n" + query);
    for (auto _ : state) {
        const auto parsed = Query::parse(query);
        const auto refusal = check_api_request({"POST", "/apps/4242/events", *parsed, body},
                                               {&credential, 1}, 1700000000, 600, "");
        if (refusal) state.SkipWithError("refused");
    }
}
BENCHMARK(check_trigger);

}  // namespace
}  // namespace carillon
