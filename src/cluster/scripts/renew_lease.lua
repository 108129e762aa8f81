-- Renews a node's lease. Also finds the nodes whose lease has lapsed, ends a recovery, and processes what is due.
-- epoch, lease ms, node, operation, ring bytes, 1 if it may clear others, ms for which a claim to clear is valid, then
-- each app whose connections are counted in this partition and the connections that the node has
-- Returns {OK or STALE, 1 if a recovery is under way, ms until an entry is due or '-', webhooks queued,
-- the registered nodes, the dead ones that this node has claimed, ms, ms at which the clock was
-- changed last}.
local epoch, lease, node, operation, ring_bytes, may_clear, claim_ms = unpack(ARGV)
lease, operation, ring_bytes = tonumber(lease), tonumber(operation), tonumber(ring_bytes)
local refusal = check_operation(epoch, lease, node, operation)
if refusal == 'STALE' then return {'STALE'} end
if refusal then
    return {'OK', recovering() and 1 or 0, ms_until_due(), call('LLEN', P .. 'webhooks'),
            call('HKEYS', P .. 'nodes'), {}, text(now_ms()), clock_changed()}
end
local announce = announcer(epoch, ring_bytes, node, operation)
local claimed, process = {}, process_of(node)
call('HSET', P .. 'nodes', node, text(now_ms() + lease))
local connections = P .. 'o:' .. node
call('DEL', connections)
if #ARGV > 7 then
    call('HSET', connections, unpack(ARGV, 8))
    call('PEXPIRE', connections, lease)
end
local nodes = call('HGETALL', P .. 'nodes')
for i = 1, #nodes, 2 do
    local is_clearable = may_clear == '1' or process_of(nodes[i]) == process
    if tonumber(nodes[i + 1]) < now_ms() and is_clearable then
        call('HDEL', P .. 'nodes', nodes[i])
        call('HSET', P .. 'dead', nodes[i], '- 0')
    end
end
local dead = call('HGETALL', P .. 'dead')
for i = 1, #dead, 2 do
    local is_clearable = may_clear == '1' or process_of(dead[i]) == process
    local claimant, ends = string.match(dead[i + 1], '^(%S+) (%d+)$')
    if is_clearable and (claimant == node or tonumber(ends) < now_ms()) then
        call('HSET', P .. 'dead', dead[i], node .. ' ' .. text(now_ms() + claim_ms))
        claimed[#claimed + 1] = dead[i]
    end
end
forget_ended_nodes()
if recovery_is_over(lease) then close_recovery(announce) end
if not recovering() then process_due(announce) end
return {'OK', recovering() and 1 or 0, ms_until_due(), call('LLEN', P .. 'webhooks'),
        call('HKEYS', P .. 'nodes'), claimed, text(now_ms()), clock_changed()}
