-- A node registers under a new id. It then sends its state with `sync_topic` and `offer_roster`, and ends with
-- `finish_resync`.
-- epoch, lease ms, node, the processes that it knew ("a b c"; "" at a start), its former id, the epoch in which that
-- was registered, ms for which a claim to clear is valid, then app and rule of each
-- Returns {OK, 1 if a recovery is under way, the registered nodes, the counter of the process' last event, ms, ms at
-- which the clock was changed last}.
local epoch, lease, node, known_processes, former_node, former_epoch, claim_ms = unpack(ARGV, 1, 7)
local FIRST_RULE = 8
lease = tonumber(lease)
call('DEL', P .. '-')
call('HSET', P .. 'clock', 'l', text(lease))
local run = call('HGET', P .. 'meta', 'run')
if run ~= epoch then
    local is_new = not run and known_processes == ''
    if is_new then
        call('HSET', P .. 'meta', 'run', epoch, 'fresh', 1)
    else
        open_recovery(epoch, lease)
    end
end
if run == epoch and former_epoch ~= '' and former_epoch ~= epoch and call('HEXISTS', P .. 'meta', 'fresh') == 1 then
    -- Redis had lost everything, and a new node was the first to register: only the others know the state before.
    for _, topic in ipairs(call('HKEYS', P .. 'subscriptions')) do
        call('DEL', P .. 'm:' .. topic)
        call('HDEL', P .. 'c:' .. topic, ROSTER_VERSION)
    end
    open_recovery(epoch, lease)
    call('DEL', P .. 'subscriptions_before')
    call('HSET', P .. 'meta', 'claims', 1)
end
if former_node ~= '' and
    (call('HDEL', P .. 'nodes', former_node) == 1 or call('HEXISTS', P .. 'dead', former_node) == 1) then
    call('HSET', P .. 'dead', former_node, node .. ' ' .. text(now_ms() + claim_ms))
end
if recovering() then
    for process in string.gmatch(known_processes, '%S+') do call('HSETNX', P .. 'resync_pending', process, 0) end
    call('HSET', P .. 'resync_pending', process_of(node), 0)
end
call('HSET', P .. 'nodes', node, text(now_ms() + lease))
set_webhook_rules(FIRST_RULE)
return {'OK', recovering() and 1 or 0, call('HKEYS', P .. 'nodes'),
        text(number_of(call('HGET', P .. 'events', process_of(node)))), text(now_ms()), clock_changed()}
