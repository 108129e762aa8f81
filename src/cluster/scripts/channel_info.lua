-- How some topics stand.
-- topics
-- Returns for each, by turns: subscriptions, members, last event or nil, ms that it stays.
local answer = {}
local in_recovery = recovering()
for i = 1, #ARGV do
    local topic = ARGV[i]
    local members = size(P .. 'm:' .. topic)
    if in_recovery then members = math.max(members, size(P .. 'b:' .. topic)) end
    local n = #answer
    answer[n + 1] = call('HGET', P .. (in_recovery and 'was' or 'all'), topic) or '0'
    answer[n + 2] = text(members)
    answer[n + 3], answer[n + 4] = last_event(topic)
end
return answer
