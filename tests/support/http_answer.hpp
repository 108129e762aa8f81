#pragma once

#include <map>
#include <string>

#include "support/raw_socket.hpp"

namespace carillon::test {

struct HttpAnswer {
    int status = 0;
    std::map<std::string, std::string> headers = {};  ///< names in lower case
    std::string body = {};

    /// "" if there is none.
    [[nodiscard]] std::string header(const std::string& name) const;
};

/// `has_body`: false for the answer to a HEAD and for 1xx.
[[nodiscard]] HttpAnswer receive_answer(RawSocket& socket, bool has_body = true);

}  // namespace carillon::test
