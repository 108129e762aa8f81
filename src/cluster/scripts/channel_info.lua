-- How some topics stand.
-- topics
-- Returns for each, by turns: subscriptions, members, last event or nil, ms that it stays.
local answer = {}
local in_recovery = recovering()
for i = 1, #ARGV do
    local topic = ARGV[i]
    local members = call('HLEN', P .. 'm:' .. topic)
    if in_recovery then members = math.max(members, call('HLEN', P .. 'b:' .. topic)) end
    local n = #answer
    answer[n + 1] = call('HGET', P .. (in_recovery and 'was' or 'all'), topic) or '0'
    answer[n + 2] = text(members)
    answer[n + 3] = call('GET', P .. 'l:' .. topic)
    answer[n + 4] = call('PTTL', P .. 'l:' .. topic)
end
return answer
