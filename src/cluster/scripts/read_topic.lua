-- A topic's messages after those that the reader has, and its state.
-- topic, epoch that the reader knows, sequence number that it has (-1: none), what it wants: 'm' for the members, 'l'
-- for the last event, 't' for the whole ring even if it has no number
-- Returns {epoch of the numbers, last number, number before its life, entries of the ring (all of them if the epoch
-- is another; none if the reader has no number), producers and the last counter of each (if the reader has no
-- number), subscriptions, version of the roster, member and info of each, last event, ms for which it is kept, 1 in a
-- recovery, the count announced last, the number of the last event}. Nil stands for what was not asked for: it is different from "there is none".
local topic, epoch, number, wants = unpack(ARGV)
number = tonumber(number)
local state = call('HMGET', P .. 'c:' .. topic, EPOCH, SEQUENCE, LIFE_BEGIN, ROSTER_VERSION, BEFORE_VERSION,
                   COUNT, CACHED)
local last_epoch, last, life_begin = state[1], number_of(state[2]), number_of(state[3])
local roster_version, before_version = state[4], state[5]
local producers = false
if number < 0 then
    -- Every message of these up to now is part of the state that the reader gets, or from before it followed.
    producers = call('HGETALL', P .. 'ops')
    local largest = NUMBER_MAX / MESSAGES_PER_OPERATION - 2
    for i = 2, #producers, 2 do
        local operation = math.min(number_of(producers[i]), largest)
        producers[i] = text((operation + 1) * MESSAGES_PER_OPERATION - 1)
    end
    -- Processes come last: a reader that is given too many producers drops the first.
    local events = call('HGETALL', P .. 'events')
    for i = 1, #events, 2 do
        producers[#producers + 1], producers[#producers + 2] = events[i], text(number_of(events[i + 1]))
    end
end
local entries = {}
if number >= 0 then
    local from = 0
    if last_epoch == epoch then
        local missing = last - math.max(number, life_begin)
        from = missing > 0 and -math.min(missing, 1000000) or nil
        -- The reader is ahead: Redis has lost messages, and what it has now is not what the reader knows.
        if number > last then from = 0 end
    end
    if from then entries = call('LRANGE', P .. 'r:' .. topic, text(from), -1) end
end
if number < 0 and string.find(wants, 't', 1, true) then entries = call('LRANGE', P .. 'r:' .. topic, 0, -1) end
local in_recovery, members = recovering(), false
if string.find(wants, 'm', 1, true) then
    local key = in_recovery and call('EXISTS', P .. 'b:' .. topic) == 1 and 'b:' or 'm:'
    members = call('HGETALL', P .. key .. topic)
    for i = 2, #members, 2 do members[i] = string.match(members[i], '^%d+ (.*)$') or '' end
end
local event, stays = false, 0
if string.find(wants, 'l', 1, true) then
    event, stays = last_event(topic)
end
return {last_epoch or '', text(last), text(life_begin), entries, producers,
        call('HGET', P .. (in_recovery and 'subscriptions_before' or 'subscriptions'), topic) or '0',
        in_recovery and before_version or roster_version or '0', members, event, stays, in_recovery and 1 or 0,
        text(number_of(state[6])), text(number_of(state[7]))}
