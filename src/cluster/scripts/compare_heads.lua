-- The last numbers of topics, to see whether something was missed: epoch and number by turns, in their order.
local answer = {}
for i = 1, #ARGV do
    local known = redis.pcall('HMGET', P .. 'c:' .. ARGV[i], 'e', 's')
    answer[#answer + 1], answer[#answer + 2] = known[1] or '', text(number_of(known[2]))
end
return answer
