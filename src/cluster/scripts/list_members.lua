-- The members of a presence channel.
-- topic, 1 if their infos are wanted
-- Returns {id, info, ...}; the info is '' for none.
local topic, wants_infos = unpack(ARGV)
local key = recovering() and call('EXISTS', P .. 'b:' .. topic) == 1 and 'b:' or 'm:'
local members = call('HGETALL', P .. key .. topic)
for i = 2, #members, 2 do members[i] = wants_infos == '1' and string.match(members[i], '^%d+ (.*)$') or '' end
return members
