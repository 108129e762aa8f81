-- A client subscribed to a cache channel without an event: queues the webhook, at most once per second.
-- topic
-- Returns the number of webhooks queued.
if string.find((webhook_rule(ARGV[1])), 'm', 1, true) and call('SET', P .. 'x:' .. ARGV[1], 1, 'NX', 'PX', 1000) then
    queue_webhook('m', ARGV[1])
end
return call('LLEN', P .. 'webhooks')
