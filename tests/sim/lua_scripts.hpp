#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "redis_commands.hpp"
#include "resp.hpp"

struct lua_State;

namespace carillon::sim {

/// Small pieces of memory for Lua, which asks for many and gives most of them back at once. They
/// are kept until the end.
class LuaMemory {
public:
    /// As Lua wants it: resizes, and frees if `size` is 0.
    static void* resize(void* memory, void* piece, std::size_t old_size, std::size_t size);

private:
    static constexpr std::size_t step = 16;
    static constexpr std::size_t largest = 512;
    static constexpr std::size_t block_bytes = 65536;

    void* take(std::size_t size);
    void give_back(void* piece, std::size_t size);

    std::array<void*, largest / step + 1> free_{};  ///< by size, each the first of a list
    std::vector<std::unique_ptr<std::byte[]>> blocks_;
    std::size_t left_ = 0;  ///< bytes at the end of the last block
};

/// Runs scripts with Lua 5.1, as Redis 7.0 does: values go to and fro by its rules, errors look
/// like its own, what was changed before an error stays. Of the library `redis` there are `call`
/// and `pcall`. Lua's tables with strings as keys have the same order in each run.
class LuaScripts {
public:
    /// Carries out a command of the script that runs.
    using Call = std::function<Resp(Words words)>;

    explicit LuaScripts(Call call);
    ~LuaScripts();
    LuaScripts(const LuaScripts&) = delete;
    LuaScripts& operator=(const LuaScripts&) = delete;

    /// Its digest; an error if it is no Lua.
    [[nodiscard]] Resp load(std::string_view text);
    [[nodiscard]] bool contains(std::string_view digest) const {
        return functions_.contains(digest);
    }
    /// One that it contains.
    [[nodiscard]] Resp run(std::string_view digest, Words keys, Words arguments);

    /// For the functions that Lua calls.
    [[nodiscard]] Resp call(Words words) const { return call_(words); }

private:
    [[nodiscard]] Resp take_error(std::string_view digest);

    Call call_;
    LuaMemory memory_;
    std::unique_ptr<lua_State, void (*)(lua_State*)> lua_;
    std::map<std::string, int, std::less<>> functions_;  ///< where Lua's registry has them
    int error_handler_ = 0;
};

}  // namespace carillon::sim
