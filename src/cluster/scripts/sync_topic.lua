-- Brings Redis' copy of a node's state of a topic up to date, and announces the transitions that follow.
-- epoch, lease ms, node, operation, ring bytes, topic, subscriptions now, 1 if counts are announced, most members or
-- connections (0: any), 1 if the node had subscriptions before a loss, version of its replica (in a recovery, else
-- 0), how many of an app's connections are admitted already, then '+' or '-', member and info of each change
-- Of an app's connections, no more are accepted than the limit leaves; those admitted already stay.
-- Returns {OK or DONE or STALE, the sequence number after this operation (of connections: how many are accepted), 1 if
-- the replica is wanted, ms until an entry is due or '-', webhooks queued, members refused}.
local epoch, lease, node, operation = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local topic, count, counted, most = ARGV[6], tonumber(ARGV[7]), ARGV[8] == '1', tonumber(ARGV[9])
local refusal = check_operation(epoch, lease, node, operation)
if refusal == 'STALE' then return {'STALE'} end
local refused, wanted, in_recovery = {}, 0, recovering()
if not refusal then
    -- If a key is of another type, fail here: an operation that fails halfway would be taken for done when repeated.
    call('HLEN', P .. 'c:' .. topic)
    call('HLEN', P .. 'm:' .. topic)
    call('LLEN', P .. 'r:' .. topic)
    local announce = announcer(epoch, tonumber(ARGV[5]), node, operation)
    local before = tonumber(call('HGET', P .. 'h:' .. node, topic) or 0)
    local total_before = tonumber(call('HGET', P .. 'subscriptions', topic) or 0)
    if string.sub(topic, 1, 1) == 'q' and most > 0 then
        count = math.max(tonumber(ARGV[12]), math.min(count, most - total_before + before))
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
        if ARGV[10] == '1' then call('HSETNX', P .. 'subscriptions_before', topic, 1) end
        if string.sub(topic, 1, 1) == 'p' and tonumber(ARGV[11]) > 0 then
            local roster = call('HMGET', P .. 'c:' .. topic, ROSTER_VERSION, BEFORE_VERSION)
            local newest = math.max(tonumber(roster[1]) or 0, tonumber(roster[2]) or 0)
            if tonumber(ARGV[11]) > newest then wanted = 1 end
        end
    elseif total_before <= 0 and total > 0 then
        announce_occupied(announce, topic)
    end
    local members = P .. 'u:' .. node
    for i = 13, #ARGV, 3 do
        local user, field = ARGV[i + 1], topic .. '\0' .. ARGV[i + 1]
        if ARGV[i] == '-' then
            if call('HDEL', members, field) == 1 and remove_member(topic, user) and not in_recovery then
                announce_member_removed(announce, topic, user)
            end
        elseif call('HEXISTS', members, field) == 0 then
            local is_full = most > 0 and call('HEXISTS', P .. 'm:' .. topic, user) == 0 and
                call('HLEN', P .. 'm:' .. topic) >= most
            if is_full then
                refused[#refused + 1] = user
            else
                call('HSET', members, field, 1)
                if add_member(topic, user, ARGV[i + 2]) and not in_recovery then
                    announce_member_added(announce, topic, user, ARGV[i + 2])
                end
            end
        end
    end
    if not in_recovery then
        if counted then announce_counts(announce, topic, total_before, total) end
        if total_before > 0 and total <= 0 then announce_vacated(announce, topic) end
    end
end
local number = call('HGET', P .. 'c:' .. topic, SEQUENCE) or '0'
if string.sub(topic, 1, 1) == 'q' then number = text(count) end
return {refusal or 'OK', number, wanted, ms_until_due(), call('LLEN', P .. 'webhooks'), refused}
