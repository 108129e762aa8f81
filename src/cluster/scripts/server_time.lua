-- Milliseconds since 1970, by the clock of the Redis server.
return now_ms()
