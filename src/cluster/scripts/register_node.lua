-- A node registers under a new id. Then it brings what it holds by `hold` and `replica`, then `complete`.
-- epoch, lease ms, node, the processes it knew ("a b c"; "" at a start), then app and rule by turns
-- Returns {OK, 1 if a recovery is under way, the registered nodes}.
local epoch, lease, node = ARGV[1], tonumber(ARGV[2]), ARGV[3]
call('DEL', P .. '-')
local run = call('HGET', P .. 'meta', 'run')
if run ~= epoch then
    local is_new = not run and ARGV[4] == ''
    if is_new then
        call('HSET', P .. 'meta', 'run', epoch)
    else
        open_recovery(epoch, lease)
    end
end
if recovering() then
    for process in string.gmatch(ARGV[4], '%S+') do call('HSETNX', P .. 'known', process, 0) end
    call('HSET', P .. 'known', string.match(node, '^[^.]+'), 0)
end
call('HSET', P .. 'nodes', node, text(now_ms() + lease))
call('DEL', P .. 'rules')
for i = 5, #ARGV, 2 do call('HSET', P .. 'rules', ARGV[i], ARGV[i + 1]) end
return {'OK', recovering() and 1 or 0, call('HKEYS', P .. 'nodes')}
