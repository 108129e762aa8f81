// No request crashes the check, none gets in without a signature, and no refusal tells the secret.
#include "carillon/auth/api_request.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

/// One line each: method, path, query; the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace carillon;
    std::string_view rest{reinterpret_cast<const char*>(data), size};
    const auto take_line = [&rest] {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        return line;
    };
    const std::string_view method = take_line();
    const std::string_view path = take_line();
    const auto query = Query::parse(take_line());
    if (!query) return 0;
    const Credential credential{"key", "0f1e2d3c4b5a69788796"};
    const auto refusal = check_api_request({method, path, *query, rest}, {&credential, 1},
                                           1700000000, 600, "/prefix");
    if (!refusal) std::abort();
    if (!refusal->text.ends_with('\n') || refusal->text.size() > 4096) std::abort();
    if (refusal->text.find(credential.secret) != std::string::npos) std::abort();
    return 0;
}
