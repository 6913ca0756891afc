-- Queues the push jobs again, and counts that as a push of the account.
--
-- KEYS  1 record   2 push stream   3 pushes of the account   4 denies of the account
-- ARGV  1 request   2 now   3 interval (microseconds)   4 most resends
--       5 push bell   6 longest life of a job (milliseconds)
--       7 id   8 most pushes without success   9 within how long (microseconds)   10… the push jobs
--
-- Returns {0} done, now or by an earlier try   {1} no such approval   {2} ended   {3} expired
--         {4} limit reached   {5, microseconds} too soon
--         {6, microseconds} pushes of the account are paused, 0: nobody knows for how long
--         {7, microseconds} too many pushes of the account

local record, push, pushes, denies = unpack(KEYS)
local done, now, interval, window = 're:' .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[9])

local r = redis.call('HMGET', record, 'expires_at', 'superseded', 'ended', done, 'resends', 'resent_at', 'held')
if not r[1] then return {1} end
if r[4] then return {0} end
if r[2] or r[3] then return {2} end
if tonumber(r[1]) <= now then return {3} end
if tonumber(r[5] or 0) >= tonumber(ARGV[4]) then return {4} end
local wait = tonumber(r[6] or -interval) + interval - now
if wait > 0 then return {5, wait} end
if (r[7] or '') ~= '' then return {6, 0} end
local why, ends = hindrance(pushes, denies, now, tonumber(ARGV[8]), window)
if why ~= '' then return {why == 'push-paused' and 6 or 7, ends - now} end

redis.call('HSET', record, done, '1', 'resent_at', ARGV[2])
redis.call('HINCRBY', record, 'resends', 1)
if #ARGV < 10 then return {0} end -- there is no phone to wake
count(pushes, ARGV[7] .. ':' .. ARGV[1], now, window)
local time = redis.call('TIME') -- the clock that numbers the entries
local oldest = string.format('%.0f', time[1] * 1000 - ARGV[6])
for i = 10, #ARGV do
  redis.call('XADD', push, 'MINID', '~', oldest, '*', 'job', ARGV[i])
end
redis.call('PUBLISH', ARGV[5], push)
return {0}
