-- What all scripts share; put in front of each. One key: the prefix of a partition, hash tag included,
-- which every other key starts with. All of a partition lies in one slot.
--
-- A topic is a channel or a user: a letter for its kind, the length of the app's id, ':', the id, the name.
-- Kinds: c a channel, p a presence channel, s a user's own channel, u a user, q an app's connections.
--
--   meta        hash  run: the run_id of the server that these keys were last changed by;
--                     until: when a recovery ends at the latest, if one is under way; fresh: 1 if who came
--                     first knew of nothing
--   nodes       hash  node → when its lease lapses, in ms of Redis' clock
--   ops         hash  node → the last operation carried out for it
--   dead        hash  a node whose lease has lapsed → who clears it, and until when
--   events      hash  process → the last event of it that has its place
--   gone        zset  a node that has ended → when what it said last is forgotten
--   known       hash  in a recovery: process → 1 once it has brought all it holds
--   rules       hash  app → which webhooks it wants, and its grace in ms
--   all         hash  occupied topic → its subscriptions
--   was         hash  in a recovery: the same, as it was before
--   c:TOPIC     hash  e: epoch, s: last number, b: the number before its life, v: number of the last change
--                     of the roster (w, x: in a recovery, of the one kept aside, and who brought it), y: bytes
--                     in the ring, q and k: when the count may be told again, and what was told
--   r:TOPIC     list  the ring: what was said last
--   m:TOPIC     hash  member → number of nodes with them, ' ', their info
--   b:TOPIC     hash  in a recovery: the members as they were before
--   l:TOPIC     str   the last event of a cache channel
--   h:NODE      hash  topic → subscriptions there
--   u:NODE      hash  topic NUL member → 1
--   due         zset  what is said later → when, in µs
--   webhooks    list  what is to be delivered
local P = KEYS[1]
local call = redis.call

local function text(number)
    return string.format('%.0f', number)
end

-- A number that scripts have written. What is none, or larger than any of ours, counts as 0.
local function number_of(value)
    local found = value and string.match(value, '^%d+$') and tonumber(value)
    return found and found <= 9007199254740992 and found or 0
end

local microseconds
local function now_us()
    if not microseconds then
        local time = call('TIME')
        microseconds = time[1] * 1000000 + time[2]
    end
    return microseconds
end

local function now_ms()
    return math.floor(now_us() / 1000)
end

-- An entry outlives RING_MS by up to seven later ones, each of which comes within it: see `say`.
local RING_MS, LIFE_MS, FORGET_MS = 60000, 3600000, 600000

-- Gives `body` the topic's next number, keeps it in the ring and publishes it.
local function say(topic, epoch, ring_bytes, publisher, counter, kind, excluded, body)
    local key, ring = P .. 'c:' .. topic, P .. 'r:' .. topic
    local known = call('HMGET', key, 'e', 's', 'y')
    local number, bytes, first = number_of(known[2]), number_of(known[3]), '0'
    local changes = {}
    local is_ours = number < 2 * now_us()
    if known[1] ~= epoch or not is_ours then
        -- Whatever was lost, a number never comes twice: a server's clock is ahead of its events.
        number, first = math.max(is_ours and number or 0, now_us()), '1'
        changes = {'e', epoch, 'b', text(number)}
    end
    number = number + 1
    local message = table.concat({epoch, text(number), first, text(now_ms()), publisher, text(counter),
                                  kind, excluded, body}, ' ')
    local n = #changes
    changes[n + 1], changes[n + 2] = 's', text(number)
    if kind == 'a' or kind == 'r' then
        changes[n + 3], changes[n + 4] = 'v', text(number)
    end
    call('HSET', key, unpack(changes))
    call('PEXPIRE', key, LIFE_MS)
    local length = call('RPUSH', ring, message)
    bytes = (length == 1 and 0 or bytes) + #message
    if length % 8 == 0 or bytes > ring_bytes then
        local oldest = now_ms() - RING_MS
        for _ = 1, 16 do
            if length <= 1 then break end
            local at = number_of(string.match(call('LINDEX', ring, 0), '^%S+ %S+ %S+ (%d+)'))
            if bytes <= ring_bytes and at >= oldest then break end
            bytes, length = bytes - #call('LPOP', ring), length - 1
        end
    end
    call('HSET', key, 'y', text(bytes))
    call('PEXPIRE', ring, RING_MS)
    call('PUBLISH', P .. 't:' .. topic, message)
    return number
end

local function process_of(node)
    return string.match(node, '^[^.]+') or node
end

-- The last event of a cache channel, and ms that it stays; one that nobody could take is none.
local function last_event(topic)
    local key = P .. 'l:' .. topic
    if call('STRLEN', key) > 8388608 then return false, 0 end
    return call('GET', key), call('PTTL', key)
end

-- Runs a step of a loop over topics. One whose keys are not what they should be costs the others nothing.
local function attempt(step, ...)
    pcall(step, ...)
end

local function size(key)
    local count = redis.pcall('HLEN', key)
    return type(count) == 'number' and count or 0
end

local function app_and_name(topic)
    local length, rest = string.match(topic, '^.(%d+):(.*)$')
    length = tonumber(length)
    return string.sub(rest, 1, length), string.sub(rest, length + 1)
end

-- Webhooks. Letters: o occupied, v vacated, a member_added, r member_removed, n online, f offline,
-- s subscription_count, m cache_miss.

local function rule(topic)
    local found = call('HGET', P .. 'rules', (app_and_name(topic)))
    if not found then return '', 0 end
    local letters, grace = string.match(found, '^(%a*) (%d+)$')
    return letters, tonumber(grace)
end

local function set_rules(from)
    for i = from, #ARGV, 2 do
        if ARGV[i + 1] == '' then
            call('HDEL', P .. 'rules', ARGV[i])
        else
            call('HSET', P .. 'rules', ARGV[i], ARGV[i + 1])
        end
    end
end

local function queue(letter, topic, user, count)
    call('RPUSH', P .. 'webhooks', table.concat({letter, count or 0, #topic, topic .. (user or '')}, ' '))
end

local later = 0
local function hold(entry, at)
    later = later + 1
    call('ZADD', P .. 'due', 'NX', text(at * 1000 + later % 1000), entry)
end

local function departed(letter, arrival, topic, user)
    local letters, grace = rule(topic)
    if not string.find(letters, letter, 1, true) and not string.find(letters, arrival, 1, true) then return end
    if grace > 0 then
        hold(table.concat({'w', letter, #topic, topic .. user}, ' '), now_ms() + grace)
    elseif string.find(letters, letter, 1, true) then
        queue(letter, topic, user)
    end
end

local function arrived(letter, departure, topic, user)
    local letters = rule(topic)
    if not string.find(letters, letter, 1, true) and not string.find(letters, departure, 1, true) then return end
    if call('ZREM', P .. 'due', table.concat({'w', departure, #topic, topic .. user}, ' ')) == 1 then return end
    if string.find(letters, letter, 1, true) then queue(letter, topic, user) end
end

-- Who speaks for a node: what the script says has the node's name on it, one number for each operation and
-- a further one for each thing said in it, so that they rise.
local function speaker(epoch, ring_bytes, node, operation)
    local said = 0
    return function(topic, kind, body)
        said = said + 1
        return say(topic, epoch, ring_bytes, node, operation * 1048576 + said, kind, '-', body)
    end
end

-- Transitions.

local COUNTED_AT_ONCE, COUNT_MS = 100, 5000

local function tell_count(speak, topic, total)
    local key = P .. 'c:' .. topic
    if total == 0 then
        if string.find((rule(topic)), 's', 1, true) then queue('s', topic, '', 0) end
        return
    end
    local quiet = tonumber(call('HGET', key, 'q') or 0)
    if total > COUNTED_AT_ONCE and now_ms() < quiet then return hold('k ' .. topic, quiet) end
    call('HSET', key, 'q', text(now_ms() + COUNT_MS), 'k', text(total))
    if string.find((rule(topic)), 's', 1, true) then queue('s', topic, '', total) end
    speak(topic, 'k', text(total))
end

-- Connections that came together are counted one by one, as if they had not, as far as each is told.
local function tell_counts(speak, topic, before, total)
    local step = total > before and 1 or -1
    for count = before + step, total, step do
        if count <= COUNTED_AT_ONCE or count == total then tell_count(speak, topic, count) end
    end
end

local function occupied(speak, topic)
    local kind = string.sub(topic, 1, 1)
    if kind == 'u' then
        speak(topic, 'n', '')
        arrived('n', 'f', topic, '')
    elseif kind ~= 's' and kind ~= 'q' then
        arrived('o', 'v', topic, '')
    end
end

local function vacated(speak, topic)
    local kind = string.sub(topic, 1, 1)
    if kind == 'u' then
        speak(topic, 'f', '')
        departed('f', 'n', topic, '')
    elseif kind ~= 's' and kind ~= 'q' then
        departed('v', 'o', topic, '')
    end
end

local function member_added(speak, topic, user, info)
    speak(topic, 'a', #user .. ' ' .. user .. info)
    arrived('a', 'r', topic, user)
end

local function member_removed(speak, topic, user)
    speak(topic, 'r', #user .. ' ' .. user)
    departed('r', 'a', topic, user)
end

-- One more node has the member; true if they are new.
local function enter(topic, user, info)
    local key = P .. 'm:' .. topic
    local known = call('HGET', key, user)
    if not known then
        call('HSET', key, user, '1 ' .. info)
        return true
    end
    local nodes, rest = string.match(known, '^(%d+) (.*)$')
    call('HSET', key, user, text(nodes + 1) .. ' ' .. rest)
    return false
end

-- One node less has the member; true if that was the last.
local function go(topic, user)
    local key = P .. 'm:' .. topic
    local known = call('HGET', key, user)
    if not known then return false end
    local nodes, rest = string.match(known, '^(%d+) (.*)$')
    if tonumber(nodes) > 1 then
        call('HSET', key, user, text(nodes - 1) .. ' ' .. rest)
        return false
    end
    call('HDEL', key, user)
    return true
end

-- Recovery.

local function recovering()
    return call('HEXISTS', P .. 'meta', 'until') == 1
end

-- The server is another than the one that these keys were changed by: what it knows may be old, and who
-- held what is to be said anew. How it was stays aside.
local function open_recovery(epoch, lease)
    local was = recovering()
    for _, topic in ipairs(call('HKEYS', P .. 'all')) do
        local members = P .. 'm:' .. topic
        if call('EXISTS', members) == 1 then
            if was then
                call('DEL', members)
            else
                call('RENAME', members, P .. 'b:' .. topic)
            end
        end
    end
    if was then
        call('DEL', P .. 'all')
    elseif call('EXISTS', P .. 'all') == 1 then
        call('RENAME', P .. 'all', P .. 'was')
    end
    local nodes = call('HKEYS', P .. 'nodes')
    for _, node in ipairs(call('HKEYS', P .. 'dead')) do nodes[#nodes + 1] = node end
    call('DEL', P .. 'known')
    for _, node in ipairs(nodes) do
        call('DEL', P .. 'h:' .. node, P .. 'u:' .. node)
    end
    for _, node in ipairs(call('HKEYS', P .. 'nodes')) do
        call('HSET', P .. 'known', process_of(node), 0)
    end
    for _, node in ipairs(nodes) do
        call('ZADD', P .. 'gone', text(now_ms() + FORGET_MS), node)
    end
    call('DEL', P .. 'nodes', P .. 'dead')
    call('HSET', P .. 'meta', 'run', epoch, 'until', text(now_ms() + lease))
    call('HDEL', P .. 'meta', 'fresh')
end

local function members_of(key)
    local members, all = {}, call('HGETALL', key)
    for i = 1, #all, 2 do
        members[all[i]] = string.match(all[i + 1], '^%d+ (.*)$')
    end
    return members
end

local function compare_members(speak, topic)
    local before, after = members_of(P .. 'b:' .. topic), members_of(P .. 'm:' .. topic)
    for user in pairs(before) do
        if not after[user] then member_removed(speak, topic, user) end
    end
    for user, info in pairs(after) do
        if not before[user] then member_added(speak, topic, user, info) end
    end
    call('DEL', P .. 'b:' .. topic)
    call('HDEL', P .. 'c:' .. topic, 'w')
end

-- Says what is different from before the loss.
local function close_recovery(speak)
    local totals = {}
    local function note(key, place)
        local all = call('HGETALL', P .. key)
        for i = 1, #all, 2 do
            totals[all[i]] = totals[all[i]] or {0, 0}
            totals[all[i]][place] = tonumber(all[i + 1])
        end
    end
    note('was', 1)
    note('all', 2)
    call('HDEL', P .. 'meta', 'until')
    call('DEL', P .. 'was', P .. 'known')
    for topic, total in pairs(totals) do
        attempt(function()
            if total[1] == 0 then occupied(speak, topic) end
            if string.sub(topic, 1, 1) == 'p' then compare_members(speak, topic) end
            if total[2] == 0 then vacated(speak, topic) end
            if total[1] ~= total[2] and call('HEXISTS', P .. 'c:' .. topic, 'k') == 1 then
                tell_count(speak, topic, total[2])
            end
        end)
    end
end

-- All that were known before have brought what they hold, or the time for it is over. Who comes first may not
-- have heard of all the others, and those try to come every second at least.
local REUNION_MS = 2000

local function recovery_is_over(lease)
    local limit = tonumber(call('HGET', P .. 'meta', 'until') or 0)
    if limit == 0 then return false end
    if now_ms() >= limit then return true end
    if now_ms() < limit - lease + REUNION_MS then return false end
    for _, complete in ipairs(call('HVALS', P .. 'known')) do
        if complete ~= '1' then return false end
    end
    return true
end

-- Why a node's operation is not to be carried out, if so. Deletes first: from then on Redis lets the script
-- write even if its memory is full, and who leaves must be able to.
local function objection(epoch, lease, node, operation)
    call('DEL', P .. '-')
    if call('HGET', P .. 'meta', 'run') ~= epoch then
        open_recovery(epoch, lease)
        return 'STALE'
    end
    local lapses = tonumber(call('HGET', P .. 'nodes', node) or 0)
    if lapses < now_ms() then return 'STALE' end
    -- Whoever has much to bring to a slow server is alive, though it has no time to say so.
    if lapses < now_ms() + lease / 2 then call('HSET', P .. 'nodes', node, text(now_ms() + lease)) end
    if operation <= tonumber(call('HGET', P .. 'ops', node) or 0) then return 'DONE' end
    call('HSET', P .. 'ops', node, text(operation))
end

-- A node holds nothing any more. What it said last is known for as long as a ring may hold what it said: who
-- begins to listen has to be told that this is nothing new.
local function forget(node)
    call('HDEL', P .. 'dead', node)
    call('ZADD', P .. 'gone', text(now_ms() + FORGET_MS), node)
end

local function forget_gone()
    for _, node in ipairs(call('ZRANGEBYSCORE', P .. 'gone', '-inf', text(now_ms()), 'LIMIT', 0, 100)) do
        call('ZREM', P .. 'gone', node)
        call('HDEL', P .. 'ops', node)
        local process, others = process_of(node), 0
        for _, other in ipairs(call('HKEYS', P .. 'ops')) do
            if process_of(other) == process then others = others + 1 end
        end
        if others == 0 then call('HDEL', P .. 'events', process) end
    end
end

local function next_due()
    local first = call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')
    return first[2] and text(math.max(0, math.ceil(first[2] / 1000) - now_ms())) or '-'
end

local function say_one_due(speak, entry)
    if string.sub(entry, 1, 1) == 'k' then
        local topic = string.sub(entry, 3)
        local total = tonumber(call('HGET', P .. 'all', topic) or 0)
        local told = tonumber(call('HGET', P .. 'c:' .. topic, 'k') or 0)
        if total > 0 and total ~= told then tell_count(speak, topic, total) end
    else
        local letter, length, rest = string.match(entry, '^w (%a) (%d+) (.*)$')
        local topic = string.sub(rest, 1, length)
        if string.find((rule(topic)), letter, 1, true) then
            queue(letter, topic, string.sub(rest, length + 1))
        end
    end
end

-- What was put off, and is due.
local function say_due(speak)
    for _, entry in ipairs(call('ZRANGEBYSCORE', P .. 'due', '-inf', text(now_us()), 'LIMIT', 0, 200)) do
        call('ZREM', P .. 'due', entry)
        attempt(say_one_due, speak, entry)
    end
end
