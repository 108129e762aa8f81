-- A node leaves for good. Another node clears the state that it still has.
-- epoch, lease ms, node, operation
local epoch, lease, node, operation = unpack(ARGV)
local refusal = check_operation(epoch, tonumber(lease), node, tonumber(operation))
if refusal then return {refusal} end
call('HDEL', P .. 'nodes', node)
call('DEL', P .. 'o:' .. node)
local remaining = call('EXISTS', P .. 'h:' .. node, P .. 'u:' .. node)
if remaining > 0 then
    call('HSET', P .. 'dead', node, '- 0')
else
    end_node(node)
end
return {'OK'}
