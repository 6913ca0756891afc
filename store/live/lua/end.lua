-- Takes an approval whose end is known off the indexes and queues the withdrawals, once.
--
-- KEYS  1 record   2 index of the account   3 due   4 push stream
-- ARGV  1 id   2 push bell   3 longest life of a job (milliseconds)   4… the push jobs
--
-- Returns 1 ended   0 had ended before, or is forgotten

local record, index, due, push = KEYS[1], KEYS[2], KEYS[3], KEYS[4]

if redis.call('EXISTS', record) == 0 then return 0 end
if redis.call('HEXISTS', record, 'ended') == 1 then return 0 end

redis.call('HSET', record, 'ended', '1')
redis.call('ZREM', index, ARGV[1])
redis.call('ZREM', due, ARGV[1])
local time = redis.call('TIME') -- the clock that numbers the entries
local oldest = string.format('%.0f', time[1] * 1000 - ARGV[3])
for i = 4, #ARGV do
  redis.call('XADD', push, 'MINID', '~', oldest, '*', 'job', ARGV[i])
end
if #ARGV >= 4 then redis.call('PUBLISH', ARGV[2], '') end
return 1
