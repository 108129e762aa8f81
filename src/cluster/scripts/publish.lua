-- An event takes its place in the topic's order, unless it has one.
-- epoch, ring bytes, topic, process, counter, the process's event before this in the partition (0: it begins
-- here), kind, excluded, body, [ms to keep it as the last event]
-- Returns DONE; ORDER, having changed nothing, if the event before is missing.
local epoch, ring_bytes, topic, process, counter = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], tonumber(ARGV[5])
local last = number_of(call('HGET', P .. 'events', process))
if last >= counter then return 'DONE' end
if last < tonumber(ARGV[6]) then return 'ORDER' end
-- First: should a key of this channel be of a wrong type, the events of other channels go on.
call('HSET', P .. 'events', process, ARGV[5])
say(topic, epoch, ring_bytes, process, counter, ARGV[7], ARGV[8], ARGV[9])
if ARGV[10] then call('SET', P .. 'l:' .. topic, ARGV[9], 'PX', ARGV[10]) end
return 'DONE'
