-- Queues the push jobs again.
--
-- KEYS  1 record   2 push stream
-- ARGV  1 request   2 now   3 interval (microseconds)   4 most resends
--       5 push bell   6 longest life of a job (milliseconds)   7… the push jobs
--
-- Returns {0} done, now or by an earlier try   {1} no such approval   {2} ended   {3} expired
--         {4} limit reached   {5, microseconds} too soon

local record, push = KEYS[1], KEYS[2]
local done, now, interval = 're:' .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local r = redis.call('HMGET', record, 'expires_at', 'superseded', 'ended', done, 'resends', 'resent_at')
if not r[1] then return {1} end
if r[4] then return {0} end
if r[2] or r[3] then return {2} end
if tonumber(r[1]) <= now then return {3} end
if tonumber(r[5] or 0) >= tonumber(ARGV[4]) then return {4} end
local wait = tonumber(r[6] or -interval) + interval - now
if wait > 0 then return {5, wait} end

redis.call('HSET', record, done, '1', 'resent_at', ARGV[2])
redis.call('HINCRBY', record, 'resends', 1)
local time = redis.call('TIME') -- the clock that numbers the entries
local oldest = string.format('%.0f', time[1] * 1000 - ARGV[6])
for i = 7, #ARGV do
  redis.call('XADD', push, 'MINID', '~', oldest, '*', 'job', ARGV[i])
end
redis.call('PUBLISH', ARGV[5], '')
return {0}
