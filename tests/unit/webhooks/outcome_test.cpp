#include "outcome.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

using namespace std::chrono_literals;
using Failure = HttpOutcome::Failure;
using Verdict = Attempt::Verdict;

HttpOutcome answer(unsigned status, std::string retry_after = {}) {
    return {Failure::none, status, std::move(retry_after)};
}

TEST(Outcome, IsDeliveredWithAny2xxAndFinalWith410) {
    for (const unsigned status : {200U, 201U, 204U, 299U}) {
        EXPECT_EQ(attempt_of(answer(status), 0).verdict, Verdict::delivered) << status;
    }
    EXPECT_EQ(attempt_of(answer(410), 0).verdict, Verdict::gone);
    for (const unsigned status : {300U, 301U, 400U, 404U, 429U, 500U, 503U, 700U}) {
        EXPECT_EQ(attempt_of(answer(status), 0).verdict, Verdict::failed) << status;
    }
    for (const Failure failure :
         {Failure::timeout, Failure::unreachable, Failure::tls, Failure::broken}) {
        EXPECT_EQ(attempt_of({failure, 0, {}}, 0).verdict, Verdict::failed);
        EXPECT_EQ(attempt_of({failure, 200, {}}, 0).verdict, Verdict::failed);
    }
}

TEST(Outcome, HonoursRetryAfterInBothFormsOn429And503) {
    EXPECT_EQ(attempt_of(answer(429, "120"), 0).retry_after, 120s);
    EXPECT_EQ(attempt_of(answer(503, "0"), 0).retry_after, 0s);
    EXPECT_EQ(attempt_of(answer(503, "Sun, 06 Nov 1994 08:49:37 GMT"), 784111770).retry_after, 7s);
    EXPECT_EQ(attempt_of(answer(503, "Sun, 06 Nov 1994 08:49:37 GMT"), 784111800).retry_after, 0s);
    EXPECT_EQ(attempt_of(answer(500, "120"), 0).retry_after, 0s);
    for (const char* const nonsense : {"", "soon", "12 s", "-5", "99999999999999999999", "1e3"}) {
        EXPECT_EQ(attempt_of(answer(429, nonsense), 0).retry_after, 0s) << nonsense;
    }
    EXPECT_EQ(attempt_of(answer(429, "999999999"), 0).retry_after, 24h);
}

TEST(Outcome, HasAName) {
    EXPECT_EQ(outcome_name(answer(204)), "2xx");
    EXPECT_EQ(outcome_name(answer(302)), "3xx");
    EXPECT_EQ(outcome_name(answer(410)), "4xx");
    EXPECT_EQ(outcome_name(answer(599)), "5xx");
    EXPECT_EQ(outcome_name(answer(999)), "broken");
    EXPECT_EQ(outcome_name({Failure::timeout, 0, {}}), "timeout");
}

}  // namespace
}  // namespace carillon
