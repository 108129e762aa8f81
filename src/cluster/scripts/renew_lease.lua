-- A node is alive; with it whatever is due is said, and who is not alive any more is found.
-- epoch, lease ms, node, operation, ring bytes, 1 if it may clear others, ms that a claim to clear holds
-- Returns {OK or STALE, 1 if a recovery is under way, ms until something is due or '-', webhooks waiting,
-- the registered nodes, those that this one is to clear}.
local epoch, lease, node, operation = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local refusal = objection(epoch, lease, node, operation)
if refusal == 'STALE' then return {'STALE'} end
if refusal then
    return {'OK', recovering() and 1 or 0, next_due(), call('LLEN', P .. 'webhooks'), call('HKEYS', P .. 'nodes'), {}}
end
local speak = speaker(epoch, tonumber(ARGV[5]), node, operation)
local mine, ours = {}, process_of(node)
call('HSET', P .. 'nodes', node, text(now_ms() + lease))
local nodes = call('HGETALL', P .. 'nodes')
for i = 1, #nodes, 2 do
    local is_clearable = ARGV[6] == '1' or process_of(nodes[i]) == ours
    if tonumber(nodes[i + 1]) < now_ms() and is_clearable then
        call('HDEL', P .. 'nodes', nodes[i])
        call('HSET', P .. 'dead', nodes[i], '- 0')
    end
end
local dead = call('HGETALL', P .. 'dead')
for i = 1, #dead, 2 do
    local is_clearable = ARGV[6] == '1' or process_of(dead[i]) == ours
    local claimant, ends = string.match(dead[i + 1], '^(%S+) (%d+)$')
    if is_clearable and (claimant == node or tonumber(ends) < now_ms()) then
        call('HSET', P .. 'dead', dead[i], node .. ' ' .. text(now_ms() + ARGV[7]))
        mine[#mine + 1] = dead[i]
    end
end
forget_gone()
if recovery_is_over(lease) then close_recovery(speak) end
if not recovering() then say_due(speak) end
return {'OK', recovering() and 1 or 0, next_due(), call('LLEN', P .. 'webhooks'), call('HKEYS', P .. 'nodes'), mine}
