-- What was said of a topic, and how it stands.
-- topic, epoch that the reader knows, number it knows (-1: none), 'm' in what it wants for the members, 'l' for
-- the last event
-- Returns {epoch of the numbers, last number, number before its life, entries of the ring (all, if the epoch is
-- another; none, if the reader knows no number), if it knows none who has spoken and the last of it by turns,
-- subscriptions, number of the roster, members and infos by turns, last event, ms that it stays, 1 in a recovery}.
-- Nil stands for what was not asked for, so that nobody takes it for "there is none".
local topic, epoch, number, wants = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local values = call('HMGET', P .. 'c:' .. topic, 'e', 's', 'b', 'v', 'w')
local known = {e = values[1], s = values[2], b = values[3], v = values[4], w = values[5]}
local speakers = false
if number < 0 then
    -- Whatever these have said up to now is in what the reader gets, or was before its time.
    speakers = call('HGETALL', P .. 'ops')
    for i = 2, #speakers, 2 do speakers[i] = text(math.min(number_of(speakers[i]), 8589934590) * 1048576 + 1048575) end
    -- Last, since a reader that hears of too many forgets the first.
    local events = call('HGETALL', P .. 'events')
    for i = 1, #events, 2 do
        speakers[#speakers + 1], speakers[#speakers + 2] = events[i], text(number_of(events[i + 1]))
    end
end
local last, entries = number_of(known.s), {}
if number >= 0 then
    local from = 0
    if known.e == epoch then
        local missing = last - math.max(number, number_of(known.b))
        from = missing > 0 and -math.min(missing, 1000000) or nil
        -- The reader is ahead of what there is, which is then not what it knows.
        if number > last then from = 0 end
    end
    if from then entries = call('LRANGE', P .. 'r:' .. topic, text(from), -1) end
end
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
return {known.e or '', text(last), text(number_of(known.b)), entries, speakers,
        call('HGET', P .. (in_recovery and 'was' or 'all'), topic) or '0',
        in_recovery and known.w or known.v or '0', members, event, stays, in_recovery and 1 or 0}
