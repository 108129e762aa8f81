-- Gives an event its place in the topic's order, unless it has one already.
-- epoch, ring bytes, topic, process, counter, counter of the process' event before this one in the partition (0: the
-- first on this connection), kind, excluded, body, [ms to keep it as the last event]
-- Returns DONE; or ORDER, having changed nothing, if the event before is missing.
local epoch, ring_bytes, topic, process, counter = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], tonumber(ARGV[5])
local last = number_of(call('HGET', P .. 'events', process))
if last >= counter then return 'DONE' end
if last < tonumber(ARGV[6]) then return 'ORDER' end
-- Noted first: if a key of this channel is of another type, the events of other channels still follow.
call('HSET', P .. 'events', process, ARGV[5])
append_message(topic, epoch, ring_bytes, process, counter, ARGV[7], ARGV[8], ARGV[9])
if ARGV[10] then call('SET', P .. 'l:' .. topic, ARGV[9], 'PX', ARGV[10]) end
return 'DONE'
