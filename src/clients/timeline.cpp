#include "carillon/clients/timeline.hpp"

#include <string>

#include "cors.hpp"

namespace carillon {

void add_timeline_routes(HttpRoutes& routes) {
    routes.add(
        "GET", "/timeline/v2/jsonp/*", [](const HttpRequest& request, const HttpReply& reply) {
            const std::string& receiver = request.path_values[0];
            const bool is_number = !receiver.empty() && receiver.size() <= 9 &&
                                   receiver.find_first_not_of("0123456789") == std::string::npos;
            if (!is_number) {
                return reply.send(
                    {.status = 404, .body = "Not found\n", .headers = cors_fields(request)});
            }
            reply.send({.body = "Pusher.ScriptReceivers[" + receiver + "](null,{});",
                        .content_type = "application/javascript; charset=UTF-8",
                        .headers = cors_fields(request)});
        });
    routes.add("GET", "/timeline/v2/xhr/*", [](const HttpRequest& request, const HttpReply& reply) {
        reply.send(
            {.body = "{}", .content_type = "application/json", .headers = cors_fields(request)});
    });
}

}  // namespace carillon
