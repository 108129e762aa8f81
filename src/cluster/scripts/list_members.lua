-- The members of a presence channel.
-- topic
local topic = ARGV[1]
local key = recovering() and call('EXISTS', P .. 'b:' .. topic) == 1 and 'b:' or 'm:'
return call('HKEYS', P .. key .. topic)
