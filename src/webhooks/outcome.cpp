#include "outcome.hpp"

#include <array>
#include <ctime>
#include <string>

#include "carillon/base/parse_integer.hpp"

namespace carillon {
namespace {

constexpr unsigned gone = 410;
constexpr unsigned too_many_requests = 429;
constexpr unsigned unavailable = 503;
constexpr std::int64_t wait_max_seconds = 86400;

/// Seconds from now; 0 if `text` is neither a number of seconds nor a date.
std::int64_t retry_after(const std::string& text, std::int64_t unix_seconds) {
    auto seconds = parse_integer<std::int64_t>(text);
    if (!seconds) {
        std::tm moment{};
        const char* const rest = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &moment);
        if (rest == nullptr || *rest != '\0') return 0;
        seconds = ::timegm(&moment) - unix_seconds;
    }
    return std::clamp<std::int64_t>(*seconds, 0, wait_max_seconds);
}

}  // namespace

std::string_view outcome_name(const HttpOutcome& outcome) noexcept {
    switch (outcome.failure) {
        case HttpOutcome::Failure::timeout:
            return "timeout";
        case HttpOutcome::Failure::unreachable:
            return "unreachable";
        case HttpOutcome::Failure::tls:
            return "tls";
        case HttpOutcome::Failure::broken:
            return "broken";
        case HttpOutcome::Failure::none:
            break;
    }
    constexpr std::array<std::string_view, 4> classes{"2xx", "3xx", "4xx", "5xx"};
    const unsigned hundreds = outcome.status / 100;
    return hundreds >= 2 && hundreds <= 5 ? classes[hundreds - 2] : "broken";
}

Attempt attempt_of(const HttpOutcome& outcome, std::int64_t unix_seconds) {
    Attempt attempt;
    if (outcome.failure != HttpOutcome::Failure::none) return attempt;
    if (outcome.status / 100 == 2) attempt.verdict = Attempt::Verdict::delivered;
    if (outcome.status == gone) attempt.verdict = Attempt::Verdict::gone;
    if (outcome.status == too_many_requests || outcome.status == unavailable) {
        attempt.retry_after = std::chrono::seconds(retry_after(outcome.retry_after, unix_seconds));
    }
    return attempt;
}

}  // namespace carillon
