-- The node has sent all of its state.
-- epoch, lease ms, node, operation, ring bytes
-- Returns {OK or STALE, 1 if a recovery is under way, webhooks queued}.
local epoch, node, operation = ARGV[1], ARGV[3], tonumber(ARGV[4])
local refusal = check_operation(epoch, tonumber(ARGV[2]), node, operation)
if refusal == 'STALE' then return {'STALE'} end
if not refusal and recovering() then
    call('HSET', P .. 'resync_pending', process_of(node), 1)
    if recovery_is_over(tonumber(ARGV[2])) then close_recovery(announcer(epoch, tonumber(ARGV[5]), node, operation)) end
end
return {'OK', recovering() and 1 or 0, call('LLEN', P .. 'webhooks')}
