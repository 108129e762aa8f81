-- A node goes for good. What it still holds is cleared by another.
-- epoch, lease ms, node, operation
local refusal = objection(ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4]))
if refusal then return {refusal} end
call('HDEL', P .. 'nodes', ARGV[3])
local held = call('EXISTS', P .. 'h:' .. ARGV[3], P .. 'u:' .. ARGV[3])
if held > 0 then
    call('HSET', P .. 'dead', ARGV[3], '- 0')
else
    forget(ARGV[3])
end
return {'OK'}
