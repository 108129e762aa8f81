-- The state of some channels.
-- topics
-- Returns for each: subscriptions, members, last event or nil, ms for which it is kept.
local answer = {}
local in_recovery = recovering()
for i = 1, #ARGV do
    local topic = ARGV[i]
    local members = hash_size(P .. 'm:' .. topic)
    if in_recovery then members = math.max(members, hash_size(P .. 'b:' .. topic)) end
    local n = #answer
    answer[n + 1] = call('HGET', P .. (in_recovery and 'subscriptions_before' or 'subscriptions'), topic) or '0'
    answer[n + 2] = text(members)
    answer[n + 3], answer[n + 4] = last_event(topic)
end
return answer
