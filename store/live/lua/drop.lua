-- Drops a kept answer, where it is still the one that is kept.
--
-- KEYS  1 idempotency key
-- ARGV  1 answer
--
-- Returns how many were dropped

if redis.call('HGET', KEYS[1], 'answer') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
