-- A client subscribed to a cache channel without an event: queues the webhook, at most once per second.
-- topic
-- Returns the number of webhooks queued.
local topic = ARGV[1]
if wants_webhook(topic, WEBHOOK_CACHE_MISS) and
    call('SET', P .. 'x:' .. topic, 1, 'NX', 'PX', CACHE_MISS_INTERVAL_MS) then
    queue_webhook(WEBHOOK_CACHE_MISS, topic)
end
return call('LLEN', P .. 'webhooks')
