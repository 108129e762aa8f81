-- A node registers under a new id. Then it resyncs what it holds by `sync_topic` and `offer_roster`, then `finish_resync`.
-- epoch, lease ms, node, the processes it knew ("a b c"; "" at a start), its id before this, the epoch that it was
-- registered in last, ms that a claim to clear holds, then app and rule by turns
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
    -- Redis had lost everything, and one came first who knew of nothing: how it was, only the others can say.
    for _, topic in ipairs(call('HKEYS', P .. 'all')) do
        call('DEL', P .. 'm:' .. topic)
        call('HDEL', P .. 'c:' .. topic, 'v')
    end
    open_recovery(epoch, lease)
    call('DEL', P .. 'was')
end
if ARGV[5] ~= '' and (call('HDEL', P .. 'nodes', ARGV[5]) == 1 or call('HEXISTS', P .. 'dead', ARGV[5]) == 1) then
    call('HSET', P .. 'dead', ARGV[5], node .. ' ' .. text(now_ms() + ARGV[7]))
end
if recovering() then
    for process in string.gmatch(ARGV[4], '%S+') do call('HSETNX', P .. 'known', process, 0) end
    call('HSET', P .. 'known', process_of(node), 0)
end
call('HSET', P .. 'nodes', node, text(now_ms() + lease))
set_rules(8)
return {'OK', recovering() and 1 or 0, call('HKEYS', P .. 'nodes')}
