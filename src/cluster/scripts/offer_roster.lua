-- In a recovery: the members of a channel as a node last knew them. The newest roster offered is the state before.
-- epoch, lease ms, node, operation, topic, version of the roster, 1 if this is its first piece, then member and info
-- of each
local epoch, lease, node, operation, topic, version, is_first_piece = unpack(ARGV, 1, 7)
local FIRST_MEMBER = 8
version = tonumber(version)
local refusal = check_operation(epoch, tonumber(lease), node, tonumber(operation))
if refusal then return {refusal} end
if not recovering() then return {'OK'} end
local roster = call('HMGET', P .. 'c:' .. topic, ROSTER_VERSION, BEFORE_VERSION, BEFORE_NODE)
local newest = math.max(tonumber(roster[1]) or 0, tonumber(roster[2]) or 0)
if is_first_piece == '1' then
    if version <= newest then return {'OK'} end
    call('DEL', P .. 'b:' .. topic)
    call('HSET', P .. 'c:' .. topic, BEFORE_VERSION, text(version), BEFORE_NODE, node)
    call('PEXPIRE', P .. 'c:' .. topic, LIFE_MS)
elseif roster[3] ~= node or version ~= newest then
    return {'OK'}
end
for i = FIRST_MEMBER, #ARGV, 2 do call('HSET', P .. 'b:' .. topic, ARGV[i], '1 ' .. ARGV[i + 1]) end
call('PEXPIRE', P .. 'b:' .. topic, LIFE_MS)
return {'OK'}
