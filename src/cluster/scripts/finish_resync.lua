-- The node has sent all of its state.
-- epoch, lease ms, node, operation, ring bytes
-- Returns {OK or STALE, 1 if a recovery is under way, webhooks queued}.
local epoch, lease, node, operation, ring_bytes = unpack(ARGV)
lease, operation, ring_bytes = tonumber(lease), tonumber(operation), tonumber(ring_bytes)
local refusal = check_operation(epoch, lease, node, operation)
if refusal == 'STALE' then return {'STALE'} end
if not refusal and recovering() then
    call('HSET', P .. 'resync_pending', process_of(node), 1)
    if recovery_is_over(lease) then close_recovery(announcer(epoch, ring_bytes, node, operation)) end
end
return {'OK', recovering() and 1 or 0, call('LLEN', P .. 'webhooks')}
