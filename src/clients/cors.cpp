#include "cors.hpp"

namespace carillon {

std::vector<HttpField> cors_fields(const HttpRequest& request) {
    std::vector<HttpField> fields{
        {"Cache-Control", "no-store, no-cache, no-transform, must-revalidate, max-age=0"}};
    const std::string_view origin = request.header("Origin");
    if (origin.empty()) {
        fields.emplace_back("Access-Control-Allow-Origin", "*");
    } else {
        fields.emplace_back("Access-Control-Allow-Origin", origin);
        fields.emplace_back("Access-Control-Allow-Credentials", "true");
        fields.emplace_back("Vary", "Origin");
    }
    return fields;
}

HttpResponse preflight_answer(const HttpRequest& request) {
    HttpResponse response{.status = 204, .headers = cors_fields(request)};
    const std::string_view wanted = request.header("Access-Control-Request-Headers");
    if (!wanted.empty()) response.headers.emplace_back("Access-Control-Allow-Headers", wanted);
    response.headers.emplace_back("Access-Control-Allow-Methods", "OPTIONS, POST");
    response.headers.emplace_back("Access-Control-Max-Age", "31536000");
    return response;
}

}  // namespace carillon
