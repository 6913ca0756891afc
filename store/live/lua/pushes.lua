-- What an account's limits say about waking its phones. It stands in front of the scripts that wake them, create.lua and
-- resend.lua, and is one script with them.
--
-- pushes  sorted set: a member for each time that all phones were woken, by when (microseconds)
-- denies  hash: in_row, how many ended approvals in a row were denied; paused_until (microseconds, absent: never was)

-- hindrance returns why the phones may not be woken now, and until when; '' and 0 where they may.
local function hindrance(pushes, denies, now, most, window)
  local paused = tonumber(redis.call('HGET', denies, 'paused_until') or 0)
  if paused > now then return 'push-paused', paused end
  local nth = redis.call('ZREVRANGE', pushes, most - 1, most - 1, 'WITHSCORES') -- when this one has aged there is room
  local room = nth[2] and tonumber(nth[2]) + window or 0
  if room > now then return 'push-limit', room end
  return '', 0
end

-- count notes that the phones are woken.
local function count(pushes, name, now, window)
  redis.call('ZADD', pushes, now, name)
  redis.call('ZREMRANGEBYSCORE', pushes, '-inf', now - window)
  redis.call('PEXPIRE', pushes, math.ceil(window / 1000))
end
