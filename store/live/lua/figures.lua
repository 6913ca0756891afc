-- Adds what one process counted to the figures of a bucket, once however often it is repeated.
--
-- KEYS  1 figures of the bucket
-- ARGV  1 process   2 life (milliseconds)
--       3 n, then n values: name, what is added; then the rest: name, value of which the highest stands
--
-- Returns 1 added   0 had been added before

local key = KEYS[1]
local peaks = 4 + tonumber(ARGV[3])

if redis.call('HSETNX', key, 'by:' .. ARGV[1], '1') == 0 then return 0 end

for i = 4, peaks - 1, 2 do redis.call('HINCRBY', key, ARGV[i], ARGV[i + 1]) end
for i = peaks, #ARGV, 2 do
  if tonumber(redis.call('HGET', key, ARGV[i]) or 0) <= tonumber(ARGV[i + 1]) then redis.call('HSET', key, ARGV[i], ARGV[i + 1]) end
end
redis.call('PEXPIRE', key, ARGV[2])
return 1
