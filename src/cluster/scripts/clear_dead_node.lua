-- Removes a piece of a dead node's state: members first, so that member_removed precedes channel_vacated.
-- epoch, lease ms, node, operation, ring bytes, the dead node, most entries, ms for which the claim is valid
-- Returns {OK or STALE, 1 if nothing is left, ms until an entry is due or '-', webhooks queued}.
local epoch, lease, node, operation, ring_bytes, dead, left, claim_ms = unpack(ARGV)
lease, operation, ring_bytes, left = tonumber(lease), tonumber(operation), tonumber(ring_bytes), tonumber(left)
local refusal = check_operation(epoch, lease, node, operation)
if refusal == 'STALE' then return {'STALE'} end
if refusal then return {'OK', 1, ms_until_due(), call('LLEN', P .. 'webhooks')} end
if call('HEXISTS', P .. 'dead', dead) == 0 then return {'OK', 1, ms_until_due(), call('LLEN', P .. 'webhooks')} end
call('HSET', P .. 'dead', dead, node .. ' ' .. text(now_ms() + claim_ms))
local announce = announcer(epoch, ring_bytes, node, operation)
local in_recovery = recovering()
local members, topics = P .. 'u:' .. dead, P .. 'h:' .. dead
for _, field in ipairs(call('HRANDFIELD', members, left)) do
    left = left - 1
    call('HDEL', members, field)
    attempt(function()
        local at = string.find(field, '\0', 1, true)
        local topic, user = string.sub(field, 1, at - 1), string.sub(field, at + 1)
        if remove_member(topic, user) and not in_recovery then announce_member_removed(announce, topic, user) end
    end)
end
if left > 0 then
    for _, topic in ipairs(call('HRANDFIELD', topics, left)) do
        left = left - 1
        local count = tonumber(call('HGET', topics, topic))
        call('HDEL', topics, topic)
        local total = tonumber(call('HGET', P .. 'subscriptions', topic) or 0) - count
        if total > 0 then
            call('HSET', P .. 'subscriptions', topic, text(total))
        else
            call('HDEL', P .. 'subscriptions', topic)
        end
        attempt(function()
            if in_recovery then return end
            if wants_counts(topic) then announce_count(announce, topic, total) end
            if total <= 0 then announce_vacated(announce, topic) end
        end)
    end
end
local is_done = left > 0 and 1 or 0
if is_done == 1 then end_node(dead) end
return {'OK', is_done, ms_until_due(), call('LLEN', P .. 'webhooks')}
