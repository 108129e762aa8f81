#include "name_lookup.hpp"

#include <netdb.h>

#include <boost/asio/post.hpp>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace carillon {
namespace {

using boost::asio::ip::tcp;

NameLookup::Addresses resolve(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    NameLookup::Addresses addresses;
    if (::getaddrinfo(host.c_str(), nullptr, &hints, &list) != 0) return addresses;
    for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
        tcp::endpoint endpoint;
        if (one->ai_addrlen > endpoint.capacity()) continue;
        std::memcpy(endpoint.data(), one->ai_addr, one->ai_addrlen);
        endpoint.resize(one->ai_addrlen);
        endpoint.port(port);
        addresses.push_back(endpoint);
    }
    ::freeaddrinfo(list);
    return addresses;
}

}  // namespace

/// All that a lookup's thread uses, because it can outlive the NameLookup.
struct NameLookup::Shared {
    std::mutex mutex;
    NameLookup* asker;
    boost::asio::any_io_executor loop;

    void answer(const std::shared_ptr<Shared>& self, Addresses addresses) {
        const std::scoped_lock lock(mutex);
        if (asker == nullptr) return;
        boost::asio::post(loop, [self, addresses = std::move(addresses)] {
            if (self->asker != nullptr) self->asker->found(addresses);
        });
    }
};

NameLookup::NameLookup(boost::asio::any_io_executor loop, std::string host, std::uint16_t port)
    : host_(std::move(host)), port_(port), shared_(std::make_shared<Shared>()) {
    shared_->asker = this;
    shared_->loop = std::move(loop);
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host_, error);
    if (!error) literal_.emplace_back(address, port_);
}

NameLookup::~NameLookup() {
    const std::scoped_lock lock(shared_->mutex);
    shared_->asker = nullptr;
}

void NameLookup::find(Done done) {
    if (!literal_.empty()) return done(literal_);
    waiting_.push_back(std::move(done));
    if (waiting_.size() > 1) return;  // They all get the result of the first.
    try {
        std::thread([shared = shared_, host = host_, port = port_] {
            shared->answer(shared, resolve(host, port));
        }).detach();
    } catch (const std::system_error&) {
        found({});
    }
}

void NameLookup::found(const Addresses& addresses) {
    for (const Done& done : std::exchange(waiting_, {})) done(addresses);
}

}  // namespace carillon
