-- Takes webhooks out of the partition's queue, oldest first.
-- most
return call('LPOP', P .. 'webhooks', ARGV[1]) or {}
