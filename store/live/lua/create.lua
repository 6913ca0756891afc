-- Creates a pending approval with its index entries, push jobs and idempotency key: all of it or nothing. Where the
-- account's limits or the caller do not let its phones be woken, it is created all the same, without the push jobs.
--
-- KEYS  1 record   2 index of the account   3 due   4 push stream   5 pushes of the account   6 denies of the account
--       7 idempotency key (absent: none given)
-- ARGV  1 id   2 account   3 application   4 session ('': none)
--       5 now   6 created at   7 closes at (microseconds)
--       8 limit per application and account   9 '1': alone in the account
--       10 life of the record   11 life of the index (milliseconds)
--       12 request ('': none)   13 answer   14 life of the idempotency key (milliseconds)
--       15 wake-up channel   16 push bell   17 longest life of a job (milliseconds)
--       18 the caller's reason not to push ('': none)
--       19 most pushes without success   20 within how long (microseconds)
--       21 n, then n values: fields of the record; then the push jobs
--
-- Returns {0, superseded ids, why, until}   created, now or by an earlier try
--         {1, answer, why, until}           repeated; why and until are those of the first
--         {2} key reused   {3} too many
--
-- why: no push was queued because of this; '' where it was queued. until: for how long at least (microseconds), '0' where
-- that is unknown.
--
-- What has no number to tell it from others is alone in its account, whether it comes first or last.
--
-- The records of the account's other approvals are read by keys made from the index. They have the hash tag of
-- KEYS[1] and so its node.

local record, index, due, push, pushes, denies, idempotency = unpack(KEYS)
local id, account, application, session = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local now, limit, alone = tonumber(ARGV[5]), tonumber(ARGV[8]), ARGV[9] == '1'
local request = ARGV[12]
local window = tonumber(ARGV[20])
local jobs = 22 + tonumber(ARGV[21])

local made = redis.call('HMGET', record, 'replaces', 'no_push', 'no_push_until')
if made[1] then return {0, made[1], made[2] or '', made[3] or '0'} end

if idempotency then
  local kept = redis.call('HMGET', idempotency, 'request', 'answer', 'no_push', 'no_push_until')
  if kept[1] == request then return {1, kept[2], kept[3] or '', kept[4] or '0'} end
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

local why, ends = ARGV[18], 0
if why == '' and #ARGV < jobs then why = 'no-address' end
if why == '' then why, ends = hindrance(pushes, denies, now, tonumber(ARGV[19]), window) end
ends = string.format('%.0f', ends)

for _, other in ipairs(forgotten) do
  redis.call('ZREM', index, other)
end
for _, other in ipairs(replaced) do
  redis.call('HSET', prefix .. other, 'superseded', '1')
  redis.call('ZREM', index, other)
  redis.call('ZADD', due, ARGV[5], other)
end

local replaces = table.concat(replaced, ' ')
redis.call('HSET', record, 'replaces', replaces, 'held', ARGV[18], 'no_push', why, 'no_push_until', ends, unpack(ARGV, 22, jobs - 1))
redis.call('PEXPIRE', record, ARGV[10])
redis.call('ZADD', index, ARGV[6], id)
redis.call('PEXPIRE', index, ARGV[11])
redis.call('ZADD', due, ARGV[7], id)
if idempotency then
  redis.call('HSET', idempotency, 'request', request, 'answer', ARGV[13], 'no_push', why, 'no_push_until', ends)
  redis.call('PEXPIRE', idempotency, ARGV[14])
end
if why == '' then
  count(pushes, id, now, window)
  local time = redis.call('TIME') -- the clock that numbers the entries
  local oldest = string.format('%.0f', time[1] * 1000 - ARGV[17])
  for i = jobs, #ARGV do
    redis.call('XADD', push, 'MINID', '~', oldest, '*', 'job', ARGV[i])
  end
  redis.call('PUBLISH', ARGV[16], push)
end
redis.call('PUBLISH', ARGV[15], account)
return {0, replaces, why, ends}
