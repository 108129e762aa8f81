-- A node registers under a new id. It then sends its state with `sync_topic` and `offer_roster`, and ends with
-- `finish_resync`.
-- epoch, lease ms, node, the processes that it knew ("a b c"; "" at a start), its former id, the epoch in which that
-- was registered, ms for which a claim to clear is valid, then app and rule of each
-- Returns {OK, 1 if a recovery is under way, the registered nodes}.
local epoch, lease, node = ARGV[1], tonumber(ARGV[2]), ARGV[3]
call('DEL', P .. '-')
local run = call('HGET', P .. 'meta', 'run')
if run ~= epoch then
    local is_new = not run and ARGV[4] == ''
    if is_new then
        call('HSET', P .. 'meta', 'run', epoch, 'fresh', 1)
    else
        open_recovery(epoch, lease)
    end
end
if run == epoch and ARGV[6] ~= '' and ARGV[6] ~= epoch and call('HEXISTS', P .. 'meta', 'fresh') == 1 then
    -- Redis had lost everything, and a new node was the first to register: only the others know the state before.
    for _, topic in ipairs(call('HKEYS', P .. 'subscriptions')) do
        call('DEL', P .. 'm:' .. topic)
        call('HDEL', P .. 'c:' .. topic, ROSTER_VERSION)
    end
    open_recovery(epoch, lease)
    call('DEL', P .. 'subscriptions_before')
end
if ARGV[5] ~= '' and (call('HDEL', P .. 'nodes', ARGV[5]) == 1 or call('HEXISTS', P .. 'dead', ARGV[5]) == 1) then
    call('HSET', P .. 'dead', ARGV[5], node .. ' ' .. text(now_ms() + ARGV[7]))
end
if recovering() then
    for process in string.gmatch(ARGV[4], '%S+') do call('HSETNX', P .. 'resync_pending', process, 0) end
    call('HSET', P .. 'resync_pending', process_of(node), 0)
end
call('HSET', P .. 'nodes', node, text(now_ms() + lease))
set_webhook_rules(8)
return {'OK', recovering() and 1 or 0, call('HKEYS', P .. 'nodes')}
