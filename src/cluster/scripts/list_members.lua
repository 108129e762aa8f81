-- The members of a presence channel.
-- topic
local key = recovering() and call('EXISTS', P .. 'b:' .. ARGV[1]) == 1 and 'b:' or 'm:'
return call('HKEYS', P .. key .. ARGV[1])
