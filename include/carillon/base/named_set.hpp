#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <memory>
#include <string_view>
#include <utility>

#include "carillon/base/hash.hpp"

namespace carillon {

/// Hash and equality of objects that are owned by pointer and looked up by their `name()`.
struct ByName {
    using is_transparent = void;
    using is_avalanching = void;

    template <class T>
    static std::string_view name(const std::unique_ptr<T>& named) noexcept {
        return named->name();
    }
    static std::string_view name(std::string_view text) noexcept { return text; }

    template <class T>
    std::size_t operator()(const T& value) const noexcept {
        return StringHash{}(name(value));
    }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const noexcept {
        return name(a) == name(b);
    }
};

/// A set of objects with a `name()`, which must not change. A slot of the table is a pointer, so
/// empty slots cost little, and objects keep their addresses.
template <class T>
class NamedSet {
public:
    [[nodiscard]] T* find(std::string_view name) noexcept {
        const auto found = set_.find(name);
        return found == set_.end() ? nullptr : found->get();
    }

    /// `named` must have a name that is not in the set yet.
    T& insert(std::unique_ptr<T> named) { return **set_.insert(std::move(named)).first; }

    /// Shrinks the table when it is mostly empty, so that the memory of a peak is freed.
    void erase(std::string_view name) {
        const auto found = set_.find(name);
        if (found == set_.end()) return;
        set_.erase(found);
        const std::size_t slots = set_.bucket_count();
        if (slots > slots_kept && set_.size() < slots / 8) set_.rehash(2 * set_.size());
    }

    [[nodiscard]] auto begin() const noexcept { return set_.begin(); }
    [[nodiscard]] auto end() const noexcept { return set_.end(); }

private:
    static constexpr std::size_t slots_kept = 1024;

    boost::unordered_flat_set<std::unique_ptr<T>, ByName, ByName> set_;
};

}  // namespace carillon
