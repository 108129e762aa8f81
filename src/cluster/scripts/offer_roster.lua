-- In a recovery: the members of a channel as a node last knew them; the newest is how it was before.
-- epoch, lease ms, node, operation, topic, number, then member and info by turns, in pieces: 1 if this is the
-- first piece
local refusal = objection(ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4]))
if refusal then return {refusal} end
if not recovering() then return {'OK'} end
local topic, number = ARGV[5], tonumber(ARGV[6])
local known = call('HMGET', P .. 'c:' .. topic, 'v', 'w', 'x')
local best = math.max(tonumber(known[1]) or 0, tonumber(known[2]) or 0)
if ARGV[7] == '1' then
    if number <= best then return {'OK'} end
    call('DEL', P .. 'b:' .. topic)
    call('HSET', P .. 'c:' .. topic, 'w', text(number), 'x', ARGV[3])
    call('PEXPIRE', P .. 'c:' .. topic, LIFE_MS)
elseif known[3] ~= ARGV[3] or number ~= best then
    return {'OK'}
end
for i = 8, #ARGV, 2 do call('HSET', P .. 'b:' .. topic, ARGV[i], '1 ' .. ARGV[i + 1]) end
call('PEXPIRE', P .. 'b:' .. topic, LIFE_MS)
return {'OK'}
