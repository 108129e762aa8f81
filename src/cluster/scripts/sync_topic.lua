-- What a node holds of a topic has changed.
-- epoch, lease ms, node, operation, ring bytes, topic, subscriptions now, 1 if counts are told, most members
-- (0: any), 1 if it held the topic before a loss, number of its replica (only in a recovery, else 0), how many
-- of an app's connections are in already, then steps by threes: '+' or '-', member, info
-- Of an app's connections, more than there is room for are not taken; those that are in are not sent away.
-- Returns {OK or DONE or STALE, the number this stands for (of connections: how many were taken), 1 if the replica is wanted, ms until something is
-- due or '-', webhooks waiting, members refused}.
local epoch, lease, node, operation = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local topic, count, counted, most = ARGV[6], tonumber(ARGV[7]), ARGV[8] == '1', tonumber(ARGV[9])
local refusal = objection(epoch, lease, node, operation)
if refusal == 'STALE' then return {'STALE'} end
local refused, wanted, in_recovery = {}, 0, recovering()
if not refusal then
    -- Fails before anything is changed, if it must: what is half done would be taken for done the next time.
    call('HLEN', P .. 'c:' .. topic)
    call('HLEN', P .. 'm:' .. topic)
    call('LLEN', P .. 'r:' .. topic)
    local speak = speaker(epoch, tonumber(ARGV[5]), node, operation)
    local before = tonumber(call('HGET', P .. 'h:' .. node, topic) or 0)
    local total_before = tonumber(call('HGET', P .. 'all', topic) or 0)
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
        call('HSET', P .. 'all', topic, text(total))
    else
        call('HDEL', P .. 'all', topic)
    end
    if in_recovery then
        if ARGV[10] == '1' then call('HSETNX', P .. 'was', topic, 1) end
        if string.sub(topic, 1, 1) == 'p' and tonumber(ARGV[11]) > 0 then
            local of_roster = call('HMGET', P .. 'c:' .. topic, 'v', 'w')
            local best = math.max(tonumber(of_roster[1]) or 0, tonumber(of_roster[2]) or 0)
            if tonumber(ARGV[11]) > best then wanted = 1 end
        end
    elseif total_before <= 0 and total > 0 then
        occupied(speak, topic)
    end
    local members = P .. 'u:' .. node
    for i = 13, #ARGV, 3 do
        local user, field = ARGV[i + 1], topic .. '\0' .. ARGV[i + 1]
        if ARGV[i] == '-' then
            if call('HDEL', members, field) == 1 and go(topic, user) and not in_recovery then
                member_removed(speak, topic, user)
            end
        elseif call('HEXISTS', members, field) == 0 then
            local is_full = most > 0 and call('HEXISTS', P .. 'm:' .. topic, user) == 0 and
                call('HLEN', P .. 'm:' .. topic) >= most
            if is_full then
                refused[#refused + 1] = user
            else
                call('HSET', members, field, 1)
                if enter(topic, user, ARGV[i + 2]) and not in_recovery then
                    member_added(speak, topic, user, ARGV[i + 2])
                end
            end
        end
    end
    if not in_recovery then
        if counted then tell_counts(speak, topic, total_before, total) end
        if total_before > 0 and total <= 0 then vacated(speak, topic) end
    end
end
local number = call('HGET', P .. 'c:' .. topic, 's') or '0'
if string.sub(topic, 1, 1) == 'q' then number = text(count) end
return {refusal or 'OK', number, wanted, next_due(), call('LLEN', P .. 'webhooks'), refused}
