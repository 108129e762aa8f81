#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>
#include <utility>

namespace carillon::test {

/// Answers the first bytes of each connection with the same text, whatever they are.
class CannedServer {
public:
    CannedServer(boost::asio::io_context& loop, std::string text)
        : acceptor_(loop, {boost::asio::ip::address_v4::loopback(), 0}), text_(std::move(text)) {
        accept();
    }

    [[nodiscard]] std::string url(const std::string& credentials = "") const {
        return "redis://" + credentials +
               "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    }

private:
    using Tcp = boost::asio::ip::tcp;

    void accept() {
        acceptor_.async_accept([this](boost::system::error_code error, Tcp::socket socket) {
            if (error) return;
            client_ = std::make_unique<Tcp::socket>(std::move(socket));
            client_->async_read_some(boost::asio::buffer(ignored_),
                                     [this](boost::system::error_code failed, std::size_t) {
                                         if (failed) return;
                                         boost::asio::write(*client_, boost::asio::buffer(text_),
                                                            failed);
                                     });
            accept();
        });
    }

    Tcp::acceptor acceptor_;
    std::string text_;
    std::unique_ptr<Tcp::socket> client_;
    std::array<char, 4096> ignored_;
};

}  // namespace carillon::test
