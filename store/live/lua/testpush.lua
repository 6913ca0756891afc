-- Queues a test push to an installation, unless that had one a moment ago.
--
-- KEYS  1 last test push of the installation   2 push stream
-- ARGV  1 now   2 interval (microseconds)   3 push bell   4 longest life of a job (milliseconds)   5 the push job
--
-- Returns how long to wait (microseconds), 0: it is queued

local last, push = unpack(KEYS)
local now, interval = tonumber(ARGV[1]), tonumber(ARGV[2])

local wait = tonumber(redis.call('GET', last) or -interval) + interval - now
if wait > 0 then return math.min(wait, interval) end -- the caller's clock may be behind the one that asked just before

redis.call('SET', last, ARGV[1], 'PX', string.format('%.0f', interval / 1000))
local time = redis.call('TIME') -- the clock that numbers the entries
local oldest = string.format('%.0f', time[1] * 1000 - ARGV[4])
redis.call('XADD', push, 'MINID', '~', oldest, '*', 'job', ARGV[5])
redis.call('PUBLISH', ARGV[3], push)
return 0
