-- Removes the oldest webhooks from the partition's queue, and returns them.
-- the most to return
return call('LPOP', P .. 'webhooks', ARGV[1]) or {}
