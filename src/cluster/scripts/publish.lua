-- Gives an event its place in the topic's order, unless it has one already.
-- epoch, ring bytes, topic, process, counter, counter of the process' event before this one in the partition (0: the
-- first on this connection), kind, excluded, body, [ms to keep it as the last event]
-- Returns DONE; or "ORDER N", having changed nothing, if the event before is missing; N: the last that is there.
local epoch, ring_bytes, topic, process, counter, predecessor, kind, excluded, body, cache_ms = unpack(ARGV)
local last = number_of(call('HGET', P .. 'events', process))
if last >= tonumber(counter) then return 'DONE' end
if last < tonumber(predecessor) then return 'ORDER ' .. text(last) end
-- Noted first: if a key of this channel is of another type, the events of other channels still follow.
call('HSET', P .. 'events', process, counter)
local number = append_message(topic, epoch, tonumber(ring_bytes), process, tonumber(counter), kind, excluded, body)
if cache_ms then
    call('SET', P .. 'l:' .. topic, body, 'PX', cache_ms)
    call('HSET', P .. 'c:' .. topic, CACHED, text(number))
end
return 'DONE'
