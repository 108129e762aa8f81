-- Somebody subscribed to a cache channel that has no event: backends are told, once a second at most.
-- topic
-- Returns webhooks waiting.
if string.find((rule(ARGV[1])), 'm', 1, true) and call('SET', P .. 'x:' .. ARGV[1], 1, 'NX', 'PX', 1000) then
    queue('m', ARGV[1])
end
return call('LLEN', P .. 'webhooks')
