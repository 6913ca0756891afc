-- Queues one push job. Queued twice, it is delivered twice.
--
-- KEYS  1 push stream
-- ARGV  1 push bell   2 longest life of a job (milliseconds)   3 the push job
--
-- Returns 1

local time = redis.call('TIME') -- the clock that numbers the entries
local oldest = string.format('%.0f', time[1] * 1000 - ARGV[2])
redis.call('XADD', KEYS[1], 'MINID', '~', oldest, '*', 'job', ARGV[3])
redis.call('PUBLISH', ARGV[1], KEYS[1])
return 1
