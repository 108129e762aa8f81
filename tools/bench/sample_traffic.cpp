#include "sample_traffic.hpp"

#include <fmt/format.h>

#include "bench_options.hpp"
#include "carillon/websocket/encoder.hpp"
#include "channel_names.hpp"
#include "request_signer.hpp"

namespace carillon::bench {
namespace {

std::string channel() {
    return ChannelNames{ChannelKind::public_channel, ""}.name(0);
}

std::string payload() {
    return std::string(PublishOptions{}.payload_bytes, 'x');
}

}  // namespace

std::string sample_frame() {
    const std::string event =
        fmt::format(R"({{"event":"bench","channel":"{}","data":"{}"}})", channel(), payload());
    return std::string{encode_ws(WsOpcode::text, event).bytes()};
}

std::string sample_request(std::string_view host, bool keep_alive) {
    const BenchTarget target;
    RequestSigner signer(target.credential, "", fmt::format("/apps/{}/events", target.app_id), host,
                         keep_alive);
    std::string request;
    constexpr std::int64_t any_second = 1'700'000'000;
    signer.append(
        request,
        fmt::format(R"({{"name":"bench","channel":"{}","data":"{}"}})", channel(), payload()),
        any_second);
    return request;
}

}  // namespace carillon::bench
