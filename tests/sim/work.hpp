#pragma once

#include <boost/smart_ptr/local_shared_ptr.hpp>
#include <boost/smart_ptr/make_local_shared.hpp>
#include <concepts>
#include <type_traits>
#include <utility>

namespace carillon::sim {

/// Something to do, once or more often. Copies share it, so to pass it on costs nothing, whatever
/// it holds.
class Work {
public:
    template <class Function>
    requires(!std::same_as<std::remove_cvref_t<Function>, Work>) Work(Function&& function)
        : task_(boost::make_local_shared<Of<std::remove_cvref_t<Function>>>(
              std::forward<Function>(function))) {}

    void operator()() const { task_->run(); }

private:
    struct Task {
        virtual ~Task() = default;
        virtual void run() = 0;
    };
    template <class Function>
    struct Of final : Task {
        template <class From>
        explicit Of(From&& from) : function(std::forward<From>(from)) {}
        void run() override { function(); }
        Function function;
    };

    boost::local_shared_ptr<Task> task_;
};

}  // namespace carillon::sim
