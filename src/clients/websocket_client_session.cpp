#include "websocket_client_session.hpp"

namespace carillon {

void WebSocketClientSession::end(const Error& why) {
    // `refuse` destroys the connection, whose call this is.
    loop().defer([weak = weak_from_this(), why] {
        const auto self = std::static_pointer_cast<WebSocketClientSession>(weak.lock());
        if (self) self->refuse(why.code, why.what);
    });
}

void WebSocketClientSession::on_message(const WsEvent& message) {
    if (message.kind == WsEvent::Kind::binary) {
        ++metrics().messages_received;
        return refuse(Errc::websocket_unsupported, "Binary messages are not supported");
    }
    receive(message.payload);
}

}  // namespace carillon
