-- Moves the end of an approval later, together with the MAC that covers it, and keeps record and index for as long as
-- that end needs them. An end that is later already stands.
--
-- KEYS  1 record   2 index of the account   3 due
-- ARGV  1 id   2 now   3 closes at (microseconds)   4 MAC   5 life of record and index (milliseconds)
--       6 wake-up channel
--
-- Returns {0, closes at}   what stands now   {1} no such approval   {2} ended   {3} closed

local record, index, due = unpack(KEYS)
local life = tonumber(ARGV[5])

local r = redis.call('HMGET', record, 'closes_at', 'superseded', 'ended')
if not r[1] then return {1} end
if r[2] or r[3] then return {2} end
if tonumber(r[1]) <= tonumber(ARGV[2]) then return {3} end
if tonumber(r[1]) >= tonumber(ARGV[3]) then return {0, r[1]} end

redis.call('HSET', record, 'closes_at', ARGV[3], 'mac', ARGV[4])
redis.call('ZADD', due, ARGV[3], ARGV[1])
for _, key in ipairs({record, index}) do
  if redis.call('PTTL', key) < life then redis.call('PEXPIRE', key, life) end
end
redis.call('PUBLISH', ARGV[6], ARGV[1])
return {0, ARGV[3]}
