-- A node leaves for good. Another node clears the state that it still has.
-- epoch, lease ms, node, operation
local refusal = check_operation(ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4]))
if refusal then return {refusal} end
call('HDEL', P .. 'nodes', ARGV[3])
local remaining = call('EXISTS', P .. 'h:' .. ARGV[3], P .. 'u:' .. ARGV[3])
if remaining > 0 then
    call('HSET', P .. 'dead', ARGV[3], '- 0')
else
    end_node(ARGV[3])
end
return {'OK'}
