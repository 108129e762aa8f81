-- The last sequence numbers of topics, to find out whether a message was missed.
-- topics
-- Returns epoch and number of each, in their order.
local answer = {}
for i = 1, #ARGV do
    local last = redis.pcall('HMGET', P .. 'c:' .. ARGV[i], EPOCH, SEQUENCE)
    answer[#answer + 1], answer[#answer + 2] = last[1] or '', text(number_of(last[2]))
end
return answer
