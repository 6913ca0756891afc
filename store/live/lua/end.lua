-- Takes an approval whose end is known off the indexes, queues the withdrawals, and tells the account's limits what the
-- end says about its user: once.
--
-- KEYS  1 record   2 index of the account   3 due   4 push stream   5 pushes of the account   6 denies of the account
-- ARGV  1 id   2 push bell   3 longest life of a job (milliseconds)
--       4 'success', 'deny', or '': neither
--       5 now (microseconds)   6 from which deny in a row on pushes pause   7 how long denies are remembered (milliseconds)
--       8 n, then n pauses (microseconds); then the push jobs
--
-- Returns 1 ended   0 had ended before, or is forgotten

local record, index, due, push, pushes, denies = unpack(KEYS)
local pauses = tonumber(ARGV[8])
local jobs = 9 + pauses

if redis.call('EXISTS', record) == 0 then return 0 end
if redis.call('HEXISTS', record, 'ended') == 1 then return 0 end

redis.call('HSET', record, 'ended', '1')
redis.call('ZREM', index, ARGV[1])
redis.call('ZREM', due, ARGV[1])
if ARGV[4] == 'success' then
  redis.call('DEL', pushes, denies)
elseif ARGV[4] == 'deny' then
  local step = redis.call('HINCRBY', denies, 'in_row', 1) - tonumber(ARGV[6]) + 1
  if step >= 1 then
    local paused = ARGV[5] + ARGV[8 + math.min(step, pauses)]
    local before = tonumber(redis.call('HGET', denies, 'paused_until') or 0)
    redis.call('HSET', denies, 'paused_until', string.format('%.0f', math.max(paused, before)))
  end
  redis.call('PEXPIRE', denies, ARGV[7])
end
local time = redis.call('TIME') -- the clock that numbers the entries
local oldest = string.format('%.0f', time[1] * 1000 - ARGV[3])
for i = jobs, #ARGV do
  redis.call('XADD', push, 'MINID', '~', oldest, '*', 'job', ARGV[i])
end
if #ARGV >= jobs then redis.call('PUBLISH', ARGV[2], push) end
return 1
