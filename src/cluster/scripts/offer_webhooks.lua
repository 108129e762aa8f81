-- In a recovery: what webhooks have told lately, as a node knows that delivered them, and who has left it lately.
-- epoch, lease ms, node, operation, then the number of each webhook (0: of somebody who has left), and 1 or 0 (there or
-- gone) with the field of `told`
local epoch, lease, node, operation = unpack(ARGV, 1, 4)
local FIRST = 5
local refusal = check_operation(epoch, tonumber(lease), node, tonumber(operation))
if refusal then return {refusal} end
if not recovering() then return {'OK'} end
for i = FIRST, #ARGV, 2 do
    if ARGV[i] == '0' then
        call('HSET', P .. 'claims', string.sub(ARGV[i + 1], 2), 1)
    else
        call('HSET', P .. 'journal', ARGV[i], ARGV[i + 1])
    end
end
return {'OK'}
