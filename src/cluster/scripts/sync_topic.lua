-- Brings Redis' copy of a node's state of a topic up to date, and announces the transitions that follow.
-- epoch, lease ms, node, operation, ring bytes, topic, subscriptions now, 1 if clients have joined since the last
-- operation that was confirmed, most members or connections (0: any), 1 if the node had subscriptions before a loss, version of its replica (in a recovery, else
-- 0), how many of an app's connections are admitted already, then member and info of each change, after '+' or '-', or
-- '=' for one that was there before a loss, too
-- Of an app's connections, no more are accepted than the limit leaves; those admitted already stay.
-- Returns {OK or DONE or STALE, the sequence number after this operation (of connections: how many are accepted), 1 if
-- the replica is wanted, ms until an entry is due or '-', webhooks queued, members refused}.
local epoch, lease, node, operation, ring_bytes, topic, count, has_joined, limit, subscribed_before, replica_version,
      admitted = unpack(ARGV, 1, 12)
local FIRST_STEP = 13
lease, operation, ring_bytes = tonumber(lease), tonumber(operation), tonumber(ring_bytes)
count, limit, replica_version = tonumber(count), tonumber(limit), tonumber(replica_version)
local refusal = check_operation(epoch, lease, node, operation)
if refusal == 'STALE' then return {'STALE'} end
local refused, wanted, in_recovery = {}, 0, recovering()
if not refusal then
    -- If a key is of another type, fail here: an operation that fails halfway would be taken for done when repeated.
    call('HLEN', P .. 'c:' .. topic)
    call('HLEN', P .. 'm:' .. topic)
    call('LLEN', P .. 'r:' .. topic)
    local announce = announcer(epoch, ring_bytes, node, operation)
    local before = tonumber(call('HGET', P .. 'h:' .. node, topic) or 0)
    local total_before = tonumber(call('HGET', P .. 'subscriptions', topic) or 0)
    if string.sub(topic, 1, 1) == 'q' and limit > 0 then
        count = math.max(tonumber(admitted), math.min(count, limit - total_before + before))
    end
    local total = total_before + count - before
    if count > 0 then
        call('HSET', P .. 'h:' .. node, topic, text(count))
    else
        call('HDEL', P .. 'h:' .. node, topic)
    end
    if total > 0 then
        call('HSET', P .. 'subscriptions', topic, text(total))
    else
        call('HDEL', P .. 'subscriptions', topic)
    end
    if in_recovery then
        if subscribed_before == '1' then
            call('HSETNX', P .. 'subscriptions_before', topic, 1)
            local kind = string.sub(topic, 1, 1)
            if kind == 'c' or kind == 'p' then claim(WEBHOOK_CHANNEL_OCCUPIED, topic, '') end
            if kind == 'u' then claim(WEBHOOK_USER_ONLINE, topic, '') end
        end
        if string.sub(topic, 1, 1) == 'p' and replica_version > 0 then
            local roster = call('HMGET', P .. 'c:' .. topic, ROSTER_VERSION, BEFORE_VERSION)
            local newest = math.max(tonumber(roster[1]) or 0, tonumber(roster[2]) or 0)
            if replica_version > newest then wanted = 1 end
        end
    elseif total_before <= 0 and total > 0 then
        announce_occupied(announce, topic)
    end
    local members = P .. 'u:' .. node
    for i = FIRST_STEP, #ARGV, 3 do
        local step, user, info = ARGV[i], ARGV[i + 1], ARGV[i + 2]
        local field = topic .. '\0' .. user
        if step == '=' and in_recovery then claim(WEBHOOK_MEMBER_ADDED, topic, user) end
        if step == '-' then
            if call('HDEL', members, field) == 1 and remove_member(topic, user) and not in_recovery then
                announce_member_removed(announce, topic, user)
            end
        elseif call('HEXISTS', members, field) == 0 then
            local is_full = limit > 0 and call('HEXISTS', P .. 'm:' .. topic, user) == 0 and
                call('HLEN', P .. 'm:' .. topic) >= limit
            if is_full then
                refused[#refused + 1] = user
            else
                call('HSET', members, field, 1)
                if add_member(topic, user, info) and not in_recovery then
                    announce_member_added(announce, topic, user, info)
                end
            end
        end
    end
    if not in_recovery then
        if wants_counts(topic) then announce_counts(announce, topic, total_before, total, has_joined == '1') end
        if total_before > 0 and total <= 0 then announce_vacated(announce, topic) end
    end
end
local number = call('HGET', P .. 'c:' .. topic, SEQUENCE) or '0'
if string.sub(topic, 1, 1) == 'q' then number = text(count) end
return {refusal or 'OK', number, wanted, ms_until_due(), call('LLEN', P .. 'webhooks'), refused}
