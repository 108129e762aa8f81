-- The node has brought all that it holds.
-- epoch, lease ms, node, operation, ring bytes
-- Returns {OK or STALE, 1 if a recovery is under way, webhooks waiting}.
local epoch, node, operation = ARGV[1], ARGV[3], tonumber(ARGV[4])
local refusal = objection(epoch, tonumber(ARGV[2]), node, operation)
if refusal == 'STALE' then return {'STALE'} end
if not refusal and recovering() then
    call('HSET', P .. 'known', process_of(node), 1)
    if recovery_is_over(tonumber(ARGV[2])) then close_recovery(speaker(epoch, tonumber(ARGV[5]), node, operation)) end
end
return {'OK', recovering() and 1 or 0, call('LLEN', P .. 'webhooks')}
