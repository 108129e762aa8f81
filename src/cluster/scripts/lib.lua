-- Stands before each of the other scripts.

-- Milliseconds since 1970, by the clock of the Redis server: all nodes have the same.
local function now_ms()
    local time = redis.call('TIME')
    return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

