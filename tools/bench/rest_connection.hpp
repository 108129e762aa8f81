#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "http_answer.hpp"
#include "ready_set.hpp"
#include "wire.hpp"

namespace carillon::bench {

/// What came of a request.
struct RestOutcome {
    enum class Kind : std::uint8_t { answered, unsent, unanswered };

    Kind kind;
    int status = 0;  ///< if answered
};

class RestConnectionHost {
public:
    virtual void on_outcome(std::uint16_t connection, RestOutcome outcome) = 0;

protected:
    ~RestConnectionHost() = default;
};

/// One HTTP connection with one request at a time; opens itself anew when the server has closed it.
class RestConnection final : public Pollable {
public:
    RestConnection(RestConnectionHost& host, Destination& destination, ReadySet& ready,
                   std::uint16_t number, bool keep_alive)
        : host_(host),
          destination_(destination),
          ready_(ready),
          number_(number),
          keep_alive_(keep_alive) {}

    /// The outcome may come before it returns.
    void send(const std::string& request);
    /// Closes. A request under way has the outcome `unanswered`.
    void abandon();
    void on_ready(bool hung_up) override;

private:
    bool flush();
    void read(bool hung_up);
    void fail();
    void finish(RestOutcome outcome, bool keep);

    RestConnectionHost& host_;
    Destination& destination_;
    ReadySet& ready_;
    Wire wire_;
    HttpAnswer answer_;
    std::size_t request_size_ = 0;
    std::uint16_t number_;
    bool keep_alive_;
    bool waiting_ = false;
};

}  // namespace carillon::bench
