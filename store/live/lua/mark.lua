-- Notes how far the wake-up of an installation got; never backwards.
--
-- KEYS  1 record
-- ARGV  1 installation   2 progress (failed, sent, received)   3 wake-up channel   4 id
--
-- Returns 1 changed   0 nothing new   -1 no such approval

local rank = {failed = 1, sent = 2, received = 3}
local record, at, progress = KEYS[1], 'at:' .. ARGV[1], ARGV[2]

if redis.call('EXISTS', record) == 0 then return -1 end
local before = redis.call('HGET', record, at)
if before and rank[before] >= rank[progress] then return 0 end

redis.call('HSET', record, at, progress)
if before then redis.call('HINCRBY', record, before, -1) end
redis.call('HINCRBY', record, progress, 1)
redis.call('PUBLISH', ARGV[3], ARGV[4])
return 1
