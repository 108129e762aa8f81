-- An app's connections on all registered nodes but one, as of the last renewal of each node's lease.
-- app, the node that is left out
-- Returns the number.
local app, except = unpack(ARGV)
local sum = 0
for _, node in ipairs(call('HKEYS', P .. 'nodes')) do
    if node ~= except then sum = sum + number_of(call('HGET', P .. 'o:' .. node, app)) end
end
return sum
