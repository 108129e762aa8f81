#include "lua_scripts.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <lua.hpp>
#include <stdexcept>
#include <vector>

namespace carillon::sim {
namespace {

// Lua's errors jump over C++ frames: what raises one has nothing to destroy.

void push(lua_State* lua, const Resp& value);

void push_field(lua_State* lua, const char* name, std::string_view text) {
    lua_newtable(lua);
    lua_pushlstring(lua, text.data(), text.size());
    lua_setfield(lua, -2, name);
}

void push(lua_State* lua, const Resp& value) {
    switch (value.type) {
        case Resp::Type::nil:
            return lua_pushboolean(lua, 0);
        case Resp::Type::integer:
            return lua_pushnumber(lua, static_cast<double>(value.integer));
        case Resp::Type::text:
            return lua_pushlstring(lua, value.text.data(), value.text.size());
        case Resp::Type::status:
            return push_field(lua, "ok", value.text);
        case Resp::Type::error:
            return push_field(lua, "err", value.text);
        case Resp::Type::array:
            break;
    }
    lua_createtable(lua, static_cast<int>(value.items.size()), 0);
    for (std::size_t i = 0; i < value.items.size(); ++i) {
        push(lua, value.items[i]);
        lua_rawseti(lua, -2, static_cast<int>(i) + 1);
    }
}

std::string text_at(lua_State* lua, int index) {
    std::size_t size = 0;
    const char* const text = lua_tolstring(lua, index, &size);
    return text == nullptr ? std::string() : std::string(text, size);
}

/// The field `name` of the table on top, if it is a text.
std::optional<std::string> text_field(lua_State* lua, const char* name) {
    lua_pushstring(lua, name);
    lua_rawget(lua, -2);
    std::optional<std::string> text;
    if (lua_isstring(lua, -1) != 0) text = text_at(lua, -1);
    lua_pop(lua, 1);
    return text;
}

/// What is on top, as Redis makes a reply of it.
Resp reply_of(lua_State* lua) {
    switch (lua_type(lua, -1)) {
        case LUA_TSTRING:
            return Resp::bulk(text_at(lua, -1));
        case LUA_TNUMBER:
            return Resp::number(static_cast<std::int64_t>(lua_tonumber(lua, -1)));
        case LUA_TBOOLEAN:
            return lua_toboolean(lua, -1) != 0 ? Resp::number(1) : Resp::nil();
        case LUA_TTABLE:
            break;
        default:
            return Resp::nil();
    }
    if (const auto error = text_field(lua, "err")) return Resp::error(*error);
    if (const auto status = text_field(lua, "ok")) return Resp::status(*status);
    Resp reply = Resp::array();
    for (int i = 1;; ++i) {
        lua_rawgeti(lua, -1, i);
        if (lua_isnil(lua, -1)) break;
        reply.items.push_back(reply_of(lua));
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
    return reply;
}

/// Pushes the reply to the command on the stack; whether it is an error.
bool call_and_push(lua_State* lua) noexcept {
    const auto& scripts = *static_cast<const LuaScripts*>(lua_touserdata(lua, lua_upvalueindex(1)));
    Resp reply;
    std::vector<std::string> texts;
    const int count = lua_gettop(lua);
    texts.reserve(static_cast<std::size_t>(count));
    for (int i = 1; i <= count; ++i) {
        if (lua_type(lua, i) == LUA_TNUMBER) {
            texts.push_back(fmt::format("{:.17g}", lua_tonumber(lua, i)));
        } else if (lua_type(lua, i) == LUA_TSTRING) {
            texts.push_back(text_at(lua, i));
        } else {
            reply = Resp::error("ERR Lua redis lib command arguments must be strings or integers");
        }
    }
    if (count == 0) {
        reply = Resp::error("ERR Please specify at least one argument for this redis lib call");
    }
    if (!reply.is_error()) {
        const std::vector<std::string_view> words(texts.begin(), texts.end());
        reply = scripts.call(words);
    }
    push(lua, reply);
    return reply.is_error();
}

int redis_call(lua_State* lua) {
    return call_and_push(lua) ? lua_error(lua) : 1;
}

int redis_pcall(lua_State* lua) {
    call_and_push(lua);
    return 1;
}

/// Lua's own, but that errors of commands come as texts.
int protected_call(lua_State* lua) {
    if (lua_pcall(lua, lua_gettop(lua) - 1, LUA_MULTRET, 0) == 0) {
        lua_pushboolean(lua, 1);
        lua_insert(lua, 1);
        return lua_gettop(lua);
    }
    if (lua_istable(lua, -1)) {
        lua_getfield(lua, -1, "err");
        lua_remove(lua, -2);
    }
    lua_pushboolean(lua, 0);
    lua_insert(lua, -2);
    return 2;
}

int refuse_global(lua_State* lua) {
    return luaL_error(lua, "Script attempted to access nonexistent global variable '%s'",
                      luaL_optstring(lua, 2, ""));
}

int refuse_change(lua_State* lua) {
    return luaL_error(lua, "Attempt to modify a readonly table");
}

/// An error knows where it comes from, as Redis has it.
constexpr const char* error_handler = R"lua(
local debug = debug
return function(raised)
    local place = debug.getinfo(2, 'nSl')
    if place and place.what == 'C' then place = debug.getinfo(3, 'nSl') end
    if type(raised) ~= 'table' then raised = {err = 'ERR ' .. tostring(raised)} end
    if place then
        raised.source = place.source
        raised.line = place.currentline
    end
    return raised
end
)lua";

/// There are no globals but those of the library.
void close_globals(lua_State* lua) {
    for (const char* const name :
         {"debug", "dofile", "io", "loadfile", "os", "package", "print", "require"}) {
        lua_pushnil(lua);
        lua_setglobal(lua, name);
    }
    lua_newtable(lua);
    lua_pushcfunction(lua, refuse_global);
    lua_setfield(lua, -2, "__index");
    lua_pushcfunction(lua, refuse_change);
    lua_setfield(lua, -2, "__newindex");
    lua_pushvalue(lua, LUA_GLOBALSINDEX);
    lua_insert(lua, -2);
    lua_setmetatable(lua, -2);
    lua_pop(lua, 1);
}

std::string sha1_of(std::string_view text) {
    std::array<unsigned char, 20> bytes{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), bytes.data(), &size, EVP_sha1(), nullptr) != 1) {
        throw std::runtime_error("no SHA-1");
    }
    std::string digest;
    for (const unsigned char byte : bytes) digest += fmt::format("{:02x}", byte);
    return digest;
}

void set_global(lua_State* lua, const char* name, Words words) {
    lua_pushstring(lua, name);
    lua_createtable(lua, static_cast<int>(words.size()), 0);
    for (std::size_t i = 0; i < words.size(); ++i) {
        lua_pushlstring(lua, words[i].data(), words[i].size());
        lua_rawseti(lua, -2, static_cast<int>(i) + 1);
    }
    lua_rawset(lua, LUA_GLOBALSINDEX);
}

}  // namespace

void* LuaMemory::resize(void* memory, void* piece, std::size_t old_size, std::size_t size) {
    LuaMemory& self = *static_cast<LuaMemory*>(memory);
    if (piece == nullptr) old_size = 0;
    if (old_size > largest && size > largest) return std::realloc(piece, size);
    void* const moved = size == 0 ? nullptr : self.take(size);
    if (moved != nullptr && old_size > 0) std::memcpy(moved, piece, std::min(old_size, size));
    if (old_size > 0) self.give_back(piece, old_size);
    return moved;
}

void* LuaMemory::take(std::size_t size) {
    if (size > largest) return std::malloc(size);
    const std::size_t index = (size + step - 1) / step;
    if (void* const piece = free_[index]) {
        std::memcpy(&free_[index], piece, sizeof(void*));
        return piece;
    }
    if (left_ < index * step) {
        blocks_.push_back(std::make_unique<std::byte[]>(block_bytes));
        left_ = block_bytes;
    }
    void* const piece = blocks_.back().get() + (block_bytes - left_);
    left_ -= index * step;
    return piece;
}

void LuaMemory::give_back(void* piece, std::size_t size) {
    if (size > largest) return std::free(piece);
    void*& first = free_[(size + step - 1) / step];
    std::memcpy(piece, &first, sizeof(void*));
    first = piece;
}

LuaScripts::LuaScripts(Call call)
    : call_(std::move(call)), lua_(lua_newstate(&LuaMemory::resize, &memory_), &lua_close) {
    lua_State* const lua = lua_.get();
    luaL_openlibs(lua);
    // Seldom: there is memory.
    lua_gc(lua, LUA_GCSETPAUSE, 400);
    lua_newtable(lua);
    for (const auto& [name, function] : {std::pair{"call", &redis_call}, {"pcall", &redis_pcall}}) {
        lua_pushlightuserdata(lua, this);
        lua_pushcclosure(lua, function, 1);
        lua_setfield(lua, -2, name);
    }
    lua_setglobal(lua, "redis");
    lua_pushcfunction(lua, protected_call);
    lua_setglobal(lua, "pcall");
    if (luaL_dostring(lua, error_handler) != 0) throw std::runtime_error(text_at(lua, -1));
    error_handler_ = luaL_ref(lua, LUA_REGISTRYINDEX);
    close_globals(lua);
}

LuaScripts::~LuaScripts() = default;

Resp LuaScripts::load(std::string_view text) {
    std::string digest = sha1_of(text);
    if (contains(digest)) return Resp::bulk(digest);
    lua_State* const lua = lua_.get();
    if (luaL_loadbuffer(lua, text.data(), text.size(), "@user_script") != 0) {
        const std::string why = text_at(lua, -1);
        lua_pop(lua, 1);
        return Resp::error(fmt::format("ERR Error compiling script (new function): {}", why));
    }
    functions_[digest] = luaL_ref(lua, LUA_REGISTRYINDEX);
    return Resp::bulk(digest);
}

Resp LuaScripts::run(std::string_view digest, Words keys, Words arguments) {
    lua_State* const lua = lua_.get();
    set_global(lua, "KEYS", keys);
    set_global(lua, "ARGV", arguments);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, error_handler_);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, functions_.find(digest)->second);
    const bool failed = lua_pcall(lua, 0, 1, -2) != 0;
    Resp reply = failed ? take_error(digest) : reply_of(lua);
    lua_settop(lua, 0);
    return reply;
}

Resp LuaScripts::take_error(std::string_view digest) {
    lua_State* const lua = lua_.get();
    if (lua_type(lua, -1) != LUA_TTABLE) {
        return Resp::error(
            fmt::format("ERR Error running script {}, {}", digest, text_at(lua, -1)));
    }
    const auto source = text_field(lua, "source");
    const auto line = text_field(lua, "line");
    std::string text = text_field(lua, "err").value_or("ERR unknown error");
    if (source && line) text += fmt::format(" script: {}, on {}:{}.", digest, *source, *line);
    return Resp::error(text);
}

}  // namespace carillon::sim
