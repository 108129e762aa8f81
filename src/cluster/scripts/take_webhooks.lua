-- Removes the oldest webhooks from the partition's queue, and returns them.
-- In a recovery none: some may have been delivered before the loss.
-- the most to return
if recovering() then return {} end
return call('LPOP', P .. 'webhooks', ARGV[1]) or {}
