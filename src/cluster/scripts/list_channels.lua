-- The occupied channels of an app whose names start with a prefix.
-- app's id, prefix
-- Returns name, subscriptions and members of each.
local app, prefix = unpack(ARGV)
local answer = {}
local in_recovery = recovering()
local all = call('HGETALL', P .. (in_recovery and 'subscriptions_before' or 'subscriptions'))
for i = 1, #all, 2 do
    local kind, count = string.sub(all[i], 1, 1), number_of(all[i + 1])
    if count > 0 and string.match(all[i], '^[cp]%d+:') then
        local id, name = app_and_name(all[i])
        if id == app and string.sub(name, 1, #prefix) == prefix then
            local members = 0
            if kind == 'p' then
                members = hash_size(P .. 'm:' .. all[i])
                if in_recovery then members = math.max(members, hash_size(P .. 'b:' .. all[i])) end
            end
            local n = #answer
            answer[n + 1], answer[n + 2], answer[n + 3] = name, text(count), text(members)
        end
    end
end
return answer
