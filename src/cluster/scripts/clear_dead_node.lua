-- Takes away a piece of what a dead node held: its members first, so that who goes is said before the channel
-- is vacated.
-- epoch, lease ms, node, operation, ring bytes, the dead node, most entries, ms that the claim holds
-- Returns {OK or STALE, 1 if nothing is left, ms until something is due or '-', webhooks waiting}.
local epoch, node, operation, dead = ARGV[1], ARGV[3], tonumber(ARGV[4]), ARGV[6]
local refusal = objection(epoch, tonumber(ARGV[2]), node, operation)
if refusal == 'STALE' then return {'STALE'} end
if refusal then return {'OK', 1, next_due(), call('LLEN', P .. 'webhooks')} end
if call('HEXISTS', P .. 'dead', dead) == 0 then return {'OK', 1, next_due(), call('LLEN', P .. 'webhooks')} end
call('HSET', P .. 'dead', dead, node .. ' ' .. text(now_ms() + ARGV[8]))
local speak = speaker(epoch, tonumber(ARGV[5]), node, operation)
local in_recovery = recovering()
local members, topics = P .. 'u:' .. dead, P .. 'h:' .. dead
local left = tonumber(ARGV[7])
for _, field in ipairs(call('HRANDFIELD', members, left)) do
    left = left - 1
    call('HDEL', members, field)
    attempt(function()
        local at = string.find(field, '\0', 1, true)
        local topic, user = string.sub(field, 1, at - 1), string.sub(field, at + 1)
        if go(topic, user) and not in_recovery then member_removed(speak, topic, user) end
    end)
end
if left > 0 then
    for _, topic in ipairs(call('HRANDFIELD', topics, left)) do
        left = left - 1
        local count = tonumber(call('HGET', topics, topic))
        call('HDEL', topics, topic)
        local total = tonumber(call('HGET', P .. 'all', topic) or 0) - count
        if total > 0 then
            call('HSET', P .. 'all', topic, text(total))
        else
            call('HDEL', P .. 'all', topic)
        end
        attempt(function()
            if in_recovery then return end
            if call('HEXISTS', P .. 'c:' .. topic, 'k') == 1 then tell_count(speak, topic, math.max(total, 0)) end
            if total <= 0 then vacated(speak, topic) end
        end)
    end
end
local is_done = left > 0 and 1 or 0
if is_done == 1 then forget(dead) end
return {'OK', is_done, next_due(), call('LLEN', P .. 'webhooks')}
