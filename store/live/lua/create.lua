-- Creates a pending approval with its index entries, push jobs and idempotency key: all of it or nothing.
--
-- KEYS  1 record   2 index of the account   3 due   4 push stream   5 idempotency key (absent: none given)
-- ARGV  1 id   2 account   3 application   4 session ('': none)
--       5 now   6 created at   7 closes at (microseconds)
--       8 limit per application and account   9 '1': alone in the account
--       10 life of the record   11 life of the index (milliseconds)
--       12 request ('': none)   13 answer   14 life of the idempotency key (milliseconds)
--       15 wake-up channel   16 push bell   17 longest life of a job (milliseconds)
--       18 n, then n values: fields of the record; then the push jobs
--
-- Returns {0, superseded ids}   created, now or by an earlier try
--         {1, answer}           repeated   {2} key reused   {3} too many
--
-- What has no number to tell it from others is alone in its account, whether it comes first or last.
--
-- The records of the account's other approvals are read by keys made from the index. They have the hash tag of
-- KEYS[1] and so its node.

local record, index, due, push, idempotency = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, account, application, session = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local now, limit, alone = tonumber(ARGV[5]), tonumber(ARGV[8]), ARGV[9] == '1'
local request = ARGV[12]
local jobs = 19 + tonumber(ARGV[18])

if redis.call('EXISTS', record) == 1 then
  return {0, redis.call('HGET', record, 'replaces')}
end

if idempotency then
  local kept = redis.call('HMGET', idempotency, 'request', 'answer')
  if kept[1] == request then return {1, kept[2]} end
  if kept[1] then return {2} end
end

local prefix = string.sub(record, 1, #record - #id)
local forgotten, replaced, same, all, unnumbered = {}, {}, 0, 0, 0
for _, other in ipairs(redis.call('ZRANGE', index, 0, -1)) do
  local r = redis.call('HMGET', prefix .. other, 'application', 'session', 'closes_at', 'number')
  if not r[1] then
    table.insert(forgotten, other)
  elseif tonumber(r[3]) > now then
    if session ~= '' and r[1] == application and r[2] == session then
      table.insert(replaced, other)
    else
      all = all + 1
      if r[1] == application then same = same + 1 end
      if (r[4] or '') == '' then unnumbered = unnumbered + 1 end
    end
  end
end
if same >= limit or (alone and all > 0) or unnumbered > 0 then return {3} end

for _, other in ipairs(forgotten) do
  redis.call('ZREM', index, other)
end
for _, other in ipairs(replaced) do
  redis.call('HSET', prefix .. other, 'superseded', '1')
  redis.call('ZREM', index, other)
  redis.call('ZADD', due, ARGV[5], other)
end

local replaces = table.concat(replaced, ' ')
redis.call('HSET', record, 'replaces', replaces, unpack(ARGV, 19, jobs - 1))
redis.call('PEXPIRE', record, ARGV[10])
redis.call('ZADD', index, ARGV[6], id)
redis.call('PEXPIRE', index, ARGV[11])
redis.call('ZADD', due, ARGV[7], id)
if idempotency then
  redis.call('HSET', idempotency, 'request', request, 'answer', ARGV[13])
  redis.call('PEXPIRE', idempotency, ARGV[14])
end
local time = redis.call('TIME') -- the clock that numbers the entries
local oldest = string.format('%.0f', time[1] * 1000 - ARGV[17])
for i = jobs, #ARGV do
  redis.call('XADD', push, 'MINID', '~', oldest, '*', 'job', ARGV[i])
end
if #ARGV >= jobs then redis.call('PUBLISH', ARGV[16], '') end
redis.call('PUBLISH', ARGV[15], account)
return {0, replaces}
