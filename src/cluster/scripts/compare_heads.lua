-- What nodes should know of topics, to find out whether a message was missed, or a node is wrong.
-- topics
-- Returns for each, in their order: epoch, last sequence number, number of what it keeps (the last change of a roster,
-- the last event of a cache channel; 0: not known), size (members, the count announced last, 1 if a user is online). In
-- a recovery the last two are '-'.
local answer = {}
local in_recovery = recovering()
for i = 1, #ARGV do
    local topic, number, size = ARGV[i], 0, 0
    local kind = string.sub(topic, 1, 1)
    local state = redis.pcall('HMGET', P .. 'c:' .. topic, EPOCH, SEQUENCE, ROSTER_VERSION, CACHED, COUNT)
    if state.err then state = {} end
    if kind == 'p' then
        number, size = number_of(state[3] or state[4]), hash_size(P .. 'm:' .. topic)
    elseif kind == 'u' then
        size = call('HEXISTS', P .. 'subscriptions', topic)
    else
        number, size = number_of(state[4]), number_of(state[5])
    end
    local n = #answer
    answer[n + 1], answer[n + 2] = state[1] or '', text(number_of(state[2]))
    answer[n + 3], answer[n + 4] = in_recovery and '-' or text(number), in_recovery and '-' or text(size)
end
return answer
