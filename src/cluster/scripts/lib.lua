-- What all scripts share. Before it stand the constants that C++ has, too (script_text.cpp), after it one of the
-- scripts. The one key is the prefix of a partition, hash tag
-- included: all other keys begin with it, so a script stays within one slot of Redis Cluster.
--
-- A topic is a channel, a user, or an app's connections: a letter for its kind, the length of the app's id, ':',
-- the id, the name. Kinds: c channel, p presence channel, s a user's own channel, u user, q an app's connections.
--
--   clock                 hash  t: us, the last time that scripts saw; o: us to add to Redis' own clock; r: us, when
--                               that was changed last; l: ms, the nodes' lease
--   meta                  hash  run: the epoch (run_id of the Redis server) of the last change; until: ms at
--                               which the recovery under way ends at the latest; fresh: 1 if the first node to
--                               register knew of no earlier state; w: the number of the last webhook about who is
--                               there; claims: 1 in a recovery from nothing
--   nodes                 hash  node -> ms at which its lease lapses, by Redis' clock
--   ops                   hash  node -> the number of its last operation
--   dead                  hash  node whose lease has lapsed -> the node that clears it, and until when
--   events                hash  process -> the counter of its last event in this partition
--   ended_nodes           zset  node that has ended, scored with the ms at which its counters are forgotten
--   resync_pending        hash  in a recovery: process -> 1 once it has resynced, else 0
--   rules                 hash  app -> the webhooks that it wants, 'k' if counts are announced to its clients, and
--                               its grace in ms
--   told                  hash  who and what webhooks have told to be there: letter of the arrival, topic, NUL, user
--                               -> 1
--   journal               hash  in a recovery: number of a webhook that was delivered -> 1 or 0 (there or gone), and
--                               the field of `told`
--   claims                hash  in a recovery from nothing: fields of `told`, as nodes know them
--   subscriptions         hash  occupied topic -> its subscriptions on all nodes
--   subscriptions_before  hash  in a recovery: the same, as it was before the loss
--   c:TOPIC               hash  the topic's state; its fields are named below
--   r:TOPIC               list  the ring: the latest messages
--   m:TOPIC               hash  member -> number of nodes that have them, ' ', their info
--   b:TOPIC               hash  in a recovery: the members as they were before the loss
--   l:TOPIC               str   the last event of a cache channel
--   x:TOPIC               str   1: a cache_miss of this channel was queued a moment ago
--   h:NODE                hash  topic -> subscriptions on that node
--   u:NODE                hash  topic NUL member -> 1
--   o:NODE                hash  app -> its connections on that node, as of the last renewal of its lease
--   due                   zset  deferred entry, scored with the microsecond at which it is due
--   webhooks              list  records to deliver
local P = KEYS[1]
local call = redis.call

-- Fields of c:TOPIC. One letter each in Redis, which keeps one such hash for each recent topic.
local EPOCH = 'e'           -- the epoch that gave the last sequence number
local SEQUENCE = 's'        -- the last sequence number
local LIFE_BEGIN = 'b'      -- the number before this hash's life: the ring has nothing up to it
local RING_BYTES = 'y'      -- bytes in the ring
local ROSTER_VERSION = 'v'  -- the number of the last change to the roster
local BEFORE_VERSION = 'w'  -- in a recovery: the number of the roster set aside, if a node offered it
local BEFORE_NODE = 'x'     -- and the node that offered it
local CACHED = 'l'          -- the number of the last event, of a cache channel
local COUNT = 'k'           -- the subscription count that was announced last
local COUNT_QUIET = 'q'     -- ms until which larger counts wait

local function text(number)
    return string.format('%.0f', number)
end

-- A number that scripts have written. Anything else, and a number larger than scripts can give, counts as 0.
local function number_of(value)
    local found = value and string.match(value, '^%d+$') and tonumber(value)
    return found and found <= NUMBER_MAX and found or 0
end

-- The time of a partition: Redis' clock plus an offset. It neither goes back nor leaps when that clock is set, or when
-- another server with another clock takes over the data. While nodes are registered, scripts run here several times in
-- a lease: if none has for half of one, either the clock was set or nobody could reach Redis, and in both cases no
-- lease is to lapse because of it. Both are noticed to CLOCK_STEP_US, which is also how often `t` is written.
local CLOCK_STEP_US, LEAP_US_MIN = 100000, 1000000
local microseconds
local function now_us()
    if not microseconds then
        local time = call('TIME')
        local clock = call('HMGET', P .. 'clock', 't', 'o', 'l')
        local last, offset = tonumber(clock[1] or 0), tonumber(clock[2] or 0)
        microseconds = time[1] * 1000000 + time[2] + offset
        local leap = math.max(LEAP_US_MIN, tonumber(clock[3] or 60000) * 500)
        if last > 0 and (microseconds < last or microseconds > last + leap) then
            offset = offset + last - microseconds
            microseconds = last
            call('HSET', P .. 'clock', 'o', text(offset), 'r', text(microseconds))
        end
        if microseconds >= last + CLOCK_STEP_US then call('HSET', P .. 'clock', 't', text(microseconds)) end
    end
    return microseconds
end

-- In ms, rounded up: when the time was held or moved last.
local function clock_changed()
    return text(math.ceil((tonumber(call('HGET', P .. 'clock', 'r') or 0)) / 1000))
end

local function now_ms()
    return math.floor(now_us() / 1000)
end

-- The ring is trimmed with every eighth message, so an entry may outlive RING_MS by up to seven later ones.
local RING_MS, LIFE_MS, FORGET_MS = 60000, 3600000, 600000

-- Gives a message the topic's next sequence number, appends it to the ring and publishes it.
local function append_message(topic, epoch, ring_bytes, producer, counter, kind, excluded, body)
    local key, ring = P .. 'c:' .. topic, P .. 'r:' .. topic
    local before = call('HMGET', key, EPOCH, SEQUENCE, RING_BYTES)
    local number, bytes, first = number_of(before[2]), number_of(before[3]), '0'
    local changes = {}
    -- Far ahead of the clock: not a number that a script has given.
    local is_ours = number < 2 * now_us()
    if before[1] ~= epoch or not is_ours then
        -- Redis' clock in microseconds is ahead of any count of messages, so whatever was lost, no number is
        -- given twice.
        number, first = math.max(is_ours and number or 0, now_us()), '1'
        changes = {EPOCH, epoch, LIFE_BEGIN, text(number)}
    end
    number = number + 1
    local message = table.concat({epoch, text(number), first, text(now_ms()), producer, text(counter),
                                  kind, excluded, body}, ' ')
    local n = #changes
    changes[n + 1], changes[n + 2] = SEQUENCE, text(number)
    if kind == KIND_MEMBER_ADDED or kind == KIND_MEMBER_REMOVED then
        changes[n + 3], changes[n + 4] = ROSTER_VERSION, text(number)
    end
    call('HSET', key, unpack(changes))
    call('PEXPIRE', key, LIFE_MS)
    local length = call('RPUSH', ring, message)
    bytes = (length == 1 and 0 or bytes) + #message
    -- Not with every message: reading the oldest entry costs as much as appending one.
    if length % 8 == 0 or bytes > ring_bytes then
        local oldest = now_ms() - RING_MS
        for _ = 1, 16 do
            if length <= 1 then break end
            local at = number_of(string.match(call('LINDEX', ring, 0), '^%S+ %S+ %S+ (%d+)'))
            if bytes <= ring_bytes and at >= oldest then break end
            bytes, length = bytes - #call('LPOP', ring), length - 1
        end
    end
    call('HSET', key, RING_BYTES, text(bytes))
    call('PEXPIRE', ring, RING_MS)
    call('PUBLISH', P .. 't:' .. topic, message)
    return number
end

local function process_of(node)
    return string.match(node, '^[^.]+') or node
end

-- The last event of a cache channel, and the ms for which it is kept. One too large for any client counts as none.
local function last_event(topic)
    local key = P .. 'l:' .. topic
    if call('STRLEN', key) > 8388608 then return false, 0 end
    return call('GET', key), call('PTTL', key)
end

-- Runs one step of a loop over topics: a topic whose keys are of another type does not stop the others.
local function attempt(step, ...)
    pcall(step, ...)
end

local function hash_size(key)
    local count = redis.pcall('HLEN', key)
    return type(count) == 'number' and count or 0
end

local function app_and_name(topic)
    local length, rest = string.match(topic, '^.(%d+):(.*)$')
    length = tonumber(length)
    return string.sub(rest, 1, length), string.sub(rest, length + 1)
end

-- Webhooks.

local function webhook_rule(topic)
    local found = call('HGET', P .. 'rules', (app_and_name(topic)))
    if not found then return '', 0 end
    local letters, grace = string.match(found, '^(%a*) (%d+)$')
    return letters, tonumber(grace)
end

local function wants_webhook(topic, letter)
    return string.find((webhook_rule(topic)), letter, 1, true)
end

local function queue_webhook(letter, topic, user, count, number)
    call('RPUSH', P .. 'webhooks',
         table.concat({letter, count or 0, number or 0, #topic, topic .. (user or '')}, ' '))
end

-- Webhooks about who is there alternate, whatever happens to nodes and to Redis: `told` has what was told last, and
-- nothing is told twice. Each such webhook has a number, so that after a loss of memory it is known which ones Redis
-- has forgotten.

local DEPARTURES = {[WEBHOOK_CHANNEL_OCCUPIED] = WEBHOOK_CHANNEL_VACATED,
                    [WEBHOOK_MEMBER_ADDED] = WEBHOOK_MEMBER_REMOVED,
                    [WEBHOOK_USER_ONLINE] = WEBHOOK_USER_OFFLINE}
local ARRIVALS = {}
for arrival, departure in pairs(DEPARTURES) do ARRIVALS[departure] = arrival end

local function told_field(arrival, topic, user)
    return arrival .. topic .. '\0' .. user
end

local function tell(letter, topic, user)
    local number = text(math.max(number_of(call('HGET', P .. 'meta', 'w')) + 1, now_us()))
    call('HSET', P .. 'meta', 'w', number)
    queue_webhook(letter, topic, user, 0, number)
end

-- Calls `visit` with the letter of an arrival, topic and user for all that is there.
local function each_present(visit)
    for _, topic in ipairs(call('HKEYS', P .. 'subscriptions')) do
        local kind = string.sub(topic, 1, 1)
        if kind == 'c' or kind == 'p' then visit(WEBHOOK_CHANNEL_OCCUPIED, topic, '') end
        if kind == 'u' then visit(WEBHOOK_USER_ONLINE, topic, '') end
        if kind == 'p' then
            attempt(function()
                for _, user in ipairs(call('HKEYS', P .. 'm:' .. topic)) do
                    visit(WEBHOOK_MEMBER_ADDED, topic, user)
                end
            end)
        end
    end
end

-- Whoever is there when an app begins to want webhooks about them counts as told.
local function begin_to_tell(app, arrivals)
    local function concerns(arrival, topic)
        return arrivals[arrival] and app_and_name(topic) == app
    end
    for _, field in ipairs(call('HKEYS', P .. 'told')) do
        local arrival, topic = string.match(field, '^(%a)(%Z+)')
        if topic and concerns(arrival, topic) then call('HDEL', P .. 'told', field) end
    end
    each_present(function(arrival, topic, user)
        if concerns(arrival, topic) then call('HSET', P .. 'told', told_field(arrival, topic, user), 1) end
    end)
end

-- `from`: the first argument that is an app.
local function set_webhook_rules(from)
    local has_told = call('HEXISTS', P .. 'meta', 'w') == 1
    if not has_told then call('HSET', P .. 'meta', 'w', 0) end
    for i = from, #ARGV, 2 do
        local app, rule = ARGV[i], ARGV[i + 1]
        local before, arrivals = has_told and call('HGET', P .. 'rules', app) or '', {}
        if rule == '' then
            call('HDEL', P .. 'rules', app)
        elseif rule ~= before then
            call('HSET', P .. 'rules', app, rule)
            for arrival, departure in pairs(DEPARTURES) do
                local class = '[' .. arrival .. departure .. ']'
                arrivals[arrival] = string.find(rule, class) and not string.find(before, class)
            end
            if next(arrivals) then begin_to_tell(app, arrivals) end
        end
    end
end

-- Puts an entry off until `at`, in ms. Entries that one script defers to the same time keep their order, by the
-- microseconds.
local deferred = 0
local function defer(entry, at)
    deferred = deferred + 1
    call('ZADD', P .. 'due', 'NX', text(at * 1000 + deferred % 1000), entry)
end

-- A departure's webhook waits for the app's grace: `arrived` withdraws it. An app that wants only the arrival's
-- has the departure deferred, too, or it would get an arrival without a departure.
local function tell_departure(letter, topic, user, letters)
    local was_told = call('HDEL', P .. 'told', told_field(ARRIVALS[letter], topic, user)) == 1
    if was_told and string.find(letters, letter, 1, true) then tell(letter, topic, user) end
end

local function departed(letter, topic, user)
    local letters, grace = webhook_rule(topic)
    if not string.find(letters, '[' .. letter .. ARRIVALS[letter] .. ']') then return end
    if grace > 0 then
        defer(table.concat({'w', letter, #topic, topic .. user}, ' '), now_ms() + grace)
    else
        tell_departure(letter, topic, user, letters)
    end
end

local function arrived(letter, topic, user)
    local letters, grace = webhook_rule(topic)
    local departure = DEPARTURES[letter]
    if not string.find(letters, '[' .. letter .. departure .. ']') then return end
    if grace > 0 then call('ZREM', P .. 'due', table.concat({'w', departure, #topic, topic .. user}, ' ')) end
    local is_news = call('HSETNX', P .. 'told', told_field(letter, topic, user), 1) == 1
    if is_news and string.find(letters, letter, 1, true) then tell(letter, topic, user) end
end

-- Returns the function that announces on behalf of a node. The node is the producer of these messages; their
-- counters rise: the operation's number and, within it, the message's.
local function announcer(epoch, ring_bytes, node, operation)
    local messages = 0
    return function(topic, kind, body)
        messages = messages + 1
        return append_message(topic, epoch, ring_bytes, node, operation * MESSAGES_PER_OPERATION + messages, kind, '-', body)
    end
end

-- Transitions: what other nodes and the backend have to learn of.

local function queue_count(topic, total)
    if wants_webhook(topic, WEBHOOK_SUBSCRIPTION_COUNT) then
        queue_webhook(WEBHOOK_SUBSCRIPTION_COUNT, topic, '', total)
    end
end

-- By the app's rule, not by what Redis has of the topic: that may be lost.
local function wants_counts(topic)
    return string.sub(topic, 1, 1) == 'c' and wants_webhook(topic, RULE_COUNTS)
end

local function announce_count(announce, topic, total)
    local key = P .. 'c:' .. topic
    if total <= 0 then
        return queue_count(topic, 0)
    end
    local quiet = tonumber(call('HGET', key, COUNT_QUIET) or 0)
    if total > COUNTS_AT_ONCE_MAX and now_ms() < quiet then return defer('k ' .. topic, quiet) end
    call('HSET', key, COUNT_QUIET, text(now_ms() + COUNT_INTERVAL_MS), COUNT, text(total))
    queue_count(topic, total)
    announce(topic, KIND_COUNT, text(total))
end

-- One operation may carry many subscriptions: small counts are announced one by one all the same, as on a single
-- node. A client that has joined is told a count even if it is the one from before: another may have left in the
-- same operation.
local function announce_counts(announce, topic, before, total, has_joined)
    if total == before then
        if has_joined and total > 0 then announce_count(announce, topic, total) end
        return
    end
    local step = total > before and 1 or -1
    for count = before + step, total, step do
        if count <= COUNTS_AT_ONCE_MAX or count == total then announce_count(announce, topic, count) end
    end
end

local function announce_occupied(announce, topic)
    local kind = string.sub(topic, 1, 1)
    if kind == 'u' then
        announce(topic, KIND_ONLINE, '')
        arrived(WEBHOOK_USER_ONLINE, topic, '')
    elseif kind ~= 's' and kind ~= 'q' then
        arrived(WEBHOOK_CHANNEL_OCCUPIED, topic, '')
    end
end

local function announce_vacated(announce, topic)
    local kind = string.sub(topic, 1, 1)
    if kind == 'u' then
        announce(topic, KIND_OFFLINE, '')
        departed(WEBHOOK_USER_OFFLINE, topic, '')
    elseif kind ~= 's' and kind ~= 'q' then
        departed(WEBHOOK_CHANNEL_VACATED, topic, '')
    end
end

local function announce_member_added(announce, topic, user, info)
    announce(topic, KIND_MEMBER_ADDED, #user .. ' ' .. user .. info)
    arrived(WEBHOOK_MEMBER_ADDED, topic, user)
end

local function announce_member_removed(announce, topic, user)
    announce(topic, KIND_MEMBER_REMOVED, #user .. ' ' .. user)
    departed(WEBHOOK_MEMBER_REMOVED, topic, user)
end

-- One more node has the member. True if no other had.
local function add_member(topic, user, info)
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

-- One node less has the member. True if that was the last one.
local function remove_member(topic, user)
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

-- These keys were last changed under another epoch, so they may be old. The state is set aside as "before", and
-- every registration ends: the nodes register and resync again.
local function open_recovery(epoch, lease)
    local was_open = recovering()
    if call('HEXISTS', P .. 'meta', 'run') == 0 then call('HSET', P .. 'meta', 'claims', 1) end
    for _, topic in ipairs(call('HKEYS', P .. 'subscriptions')) do
        local members = P .. 'm:' .. topic
        if call('EXISTS', members) == 1 then
            -- In a second loss, what was set aside in the first is still the state that clients know.
            if was_open then
                call('DEL', members)
            else
                call('RENAME', members, P .. 'b:' .. topic)
            end
        end
    end
    if was_open then
        call('DEL', P .. 'subscriptions')
    elseif call('EXISTS', P .. 'subscriptions') == 1 then
        call('RENAME', P .. 'subscriptions', P .. 'subscriptions_before')
    end
    local nodes = call('HKEYS', P .. 'nodes')
    for _, node in ipairs(call('HKEYS', P .. 'dead')) do nodes[#nodes + 1] = node end
    call('DEL', P .. 'resync_pending')
    for _, node in ipairs(nodes) do
        call('DEL', P .. 'h:' .. node, P .. 'u:' .. node)
    end
    for _, node in ipairs(call('HKEYS', P .. 'nodes')) do
        call('HSET', P .. 'resync_pending', process_of(node), 0)
    end
    for _, node in ipairs(nodes) do
        call('ZADD', P .. 'ended_nodes', text(now_ms() + FORGET_MS), node)
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

local function announce_roster_difference(announce, topic)
    local before, after = members_of(P .. 'b:' .. topic), members_of(P .. 'm:' .. topic)
    for user in pairs(before) do
        if not after[user] then announce(topic, KIND_MEMBER_REMOVED, #user .. ' ' .. user) end
    end
    for user, info in pairs(after) do
        if not before[user] then announce(topic, KIND_MEMBER_ADDED, #user .. ' ' .. user .. info) end
    end
    call('DEL', P .. 'b:' .. topic)
    call('HDEL', P .. 'c:' .. topic, BEFORE_VERSION)
end

-- Brings `told` to what webhooks have told in truth: the nodes that delivered them know what Redis has forgotten.
local function recall_webhooks()
    local from_nothing = call('HGET', P .. 'meta', 'claims') == '1'
    if from_nothing then
        for _, topic in ipairs(call('HKEYS', P .. 'subscriptions_before')) do
            for _, user in ipairs(call('HKEYS', P .. 'b:' .. topic)) do
                call('HSETNX', P .. 'told', told_field(WEBHOOK_MEMBER_ADDED, topic, user), 1)
            end
        end
        for _, field in ipairs(call('HKEYS', P .. 'claims')) do call('HSETNX', P .. 'told', field, 1) end
    end
    local last, all = number_of(call('HGET', P .. 'meta', 'w')), call('HGETALL', P .. 'journal')
    local forgotten, delivered = {}, {}
    for i = 1, #all, 2 do
        local number = number_of(all[i])
        delivered[all[i]] = true
        if number > last or from_nothing then forgotten[#forgotten + 1] = {number, all[i + 1]} end
    end
    table.sort(forgotten, function(one, other) return one[1] < other[1] end)
    for _, webhook in ipairs(forgotten) do
        local field = string.sub(webhook[2], 2)
        if string.sub(webhook[2], 1, 1) == '1' then
            call('HSET', P .. 'told', field, 1)
        else
            call('HDEL', P .. 'told', field)
        end
        last = math.max(last, webhook[1])
    end
    call('HSET', P .. 'meta', 'w', text(last))
    -- Older data may have some in the queue that were delivered since then.
    if next(delivered) then
        local queued = call('LRANGE', P .. 'webhooks', 0, -1)
        call('DEL', P .. 'webhooks')
        for _, record in ipairs(queued) do
            local number = string.match(record, '^%a %d+ (%d+) ')
            if not delivered[number] then call('RPUSH', P .. 'webhooks', record) end
        end
    end
    call('DEL', P .. 'journal', P .. 'claims')
    call('HDEL', P .. 'meta', 'claims')
end

-- Tells the difference between what webhooks have told and what is so.
local function tell_difference()
    local is_there = {}
    each_present(function(arrival, topic, user)
        is_there[told_field(arrival, topic, user)] = true
        arrived(arrival, topic, user)
    end)
    local channels = {}
    local function depart(arrival, topic, user)
        departed(DEPARTURES[arrival], topic, user)
    end
    for _, field in ipairs(call('HKEYS', P .. 'told')) do
        local arrival, topic, user = string.match(field, '^(%a)(%Z+)%z(.*)$')
        if topic and not is_there[field] then
            -- Members leave before their channel is vacated.
            if arrival == WEBHOOK_CHANNEL_OCCUPIED then
                channels[#channels + 1] = topic
            elseif DEPARTURES[arrival] then
                depart(arrival, topic, user)
            end
        end
    end
    for _, topic in ipairs(channels) do depart(WEBHOOK_CHANNEL_OCCUPIED, topic, '') end
end

-- In a recovery: a node knows that somebody was told to be there.
local function claim(arrival, topic, user)
    if call('HEXISTS', P .. 'meta', 'claims') == 1 then
        call('HSET', P .. 'claims', told_field(arrival, topic, user), 1)
    end
end

-- Announces the difference between the state before the loss and now.
local function close_recovery(announce)
    local totals = {}
    local function read(key, place)
        local all = call('HGETALL', P .. key)
        for i = 1, #all, 2 do
            totals[all[i]] = totals[all[i]] or {0, 0}
            totals[all[i]][place] = tonumber(all[i + 1])
        end
    end
    read('subscriptions_before', 1)
    read('subscriptions', 2)
    recall_webhooks()
    call('HDEL', P .. 'meta', 'until')
    call('DEL', P .. 'subscriptions_before', P .. 'resync_pending')
    for topic, total in pairs(totals) do
        attempt(function()
            local kind = string.sub(topic, 1, 1)
            if kind == 'u' and total[1] == 0 then announce(topic, KIND_ONLINE, '') end
            if kind == 'u' and total[2] == 0 then announce(topic, KIND_OFFLINE, '') end
            if kind == 'p' then announce_roster_difference(announce, topic) end
            -- Also one that is as before: clients have joined in the recovery, and which count the others were told
            -- last may be lost.
            if wants_counts(topic) then announce_count(announce, topic, total[2]) end
        end)
    end
    tell_difference()
end

-- Every process that was known before the loss has resynced, or the time for it is over. The first one to register
-- may not know of all others; those reconnect within a second, so a recovery lasts REUNION_MS at least.
local REUNION_MS = 2000

local function recovery_is_over(lease)
    local limit = tonumber(call('HGET', P .. 'meta', 'until') or 0)
    if limit == 0 then return false end
    if now_ms() >= limit then return true end
    if now_ms() < limit - lease + REUNION_MS then return false end
    for _, complete in ipairs(call('HVALS', P .. 'resync_pending')) do
        if complete ~= '1' then return false end
    end
    return true
end

-- Nil if a node's operation is to be carried out, else what to answer: STALE, and the node has to register again,
-- or DONE, if it was carried out before.
-- The arguments of every operation script begin with these four.
local function check_operation(epoch, lease, node, operation)
    -- Once a script has written with a command that is allowed without memory, Redis allows the others: a node
    -- must be able to leave, and to renew its lease, when the memory is full.
    call('DEL', P .. '-')
    if call('HGET', P .. 'meta', 'run') ~= epoch then
        open_recovery(epoch, lease)
        return 'STALE'
    end
    local lapses = tonumber(call('HGET', P .. 'nodes', node) or 0)
    if lapses < now_ms() then return 'STALE' end
    -- A node with much to resync on a slow server is alive, although its renewals are late.
    if lapses < now_ms() + lease / 2 then call('HSET', P .. 'nodes', node, text(now_ms() + lease)) end
    if operation <= tonumber(call('HGET', P .. 'ops', node) or 0) then return 'DONE' end
    call('HSET', P .. 'ops', node, text(operation))
end

-- A node has no state left. Its counters are kept for as long as a ring may have its messages: a node that begins
-- to follow a topic has to recognise them as old.
local function end_node(node)
    call('HDEL', P .. 'dead', node)
    call('ZADD', P .. 'ended_nodes', text(now_ms() + FORGET_MS), node)
end

local function forget_ended_nodes()
    for _, node in ipairs(call('ZRANGEBYSCORE', P .. 'ended_nodes', '-inf', text(now_ms()), 'LIMIT', 0, 100)) do
        call('ZREM', P .. 'ended_nodes', node)
        call('HDEL', P .. 'ops', node)
        local process, others = process_of(node), 0
        for _, other in ipairs(call('HKEYS', P .. 'ops')) do
            if process_of(other) == process then others = others + 1 end
        end
        if others == 0 then call('HDEL', P .. 'events', process) end
    end
end

local function ms_until_due()
    local first = call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')
    return first[2] and text(math.max(0, math.ceil(first[2] / 1000) - now_ms())) or '-'
end

local function process_deferred(announce, entry)
    if string.sub(entry, 1, 1) == 'k' then
        local topic = string.sub(entry, 3)
        local total = tonumber(call('HGET', P .. 'subscriptions', topic) or 0)
        local announced = tonumber(call('HGET', P .. 'c:' .. topic, COUNT) or 0)
        -- Large ones even if they are as announced last: somebody has joined since then, and somebody has left.
        local is_news = total > COUNTS_AT_ONCE_MAX or total ~= announced
        if total > 0 and is_news then announce_count(announce, topic, total) end
    else
        local letter, length, rest = string.match(entry, '^w (%a) (%d+) (.*)$')
        local topic = string.sub(rest, 1, length)
        tell_departure(letter, topic, string.sub(rest, length + 1), (webhook_rule(topic)))
    end
end

-- Announces the counts and queues the webhooks that are due.
local function process_due(announce)
    for _, entry in ipairs(call('ZRANGEBYSCORE', P .. 'due', '-inf', text(now_us()), 'LIMIT', 0, 200)) do
        call('ZREM', P .. 'due', entry)
        attempt(process_deferred, announce, entry)
    end
end
