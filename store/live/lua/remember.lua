-- Keeps an answer that asked nobody under its idempotency key, where create.lua finds it too.
--
-- KEYS  1 idempotency key
-- ARGV  1 request   2 answer   3 life of the key (milliseconds)   4 why no push was queued
--
-- Returns {0} kept, now or by an earlier try   {1, answer} repeated   {2} key reused

local kept = redis.call('HMGET', KEYS[1], 'request', 'answer')
if kept[1] and kept[1] ~= ARGV[1] then return {2} end
if kept[1] and kept[2] ~= ARGV[2] then return {1, kept[2]} end
if kept[1] then return {0} end

redis.call('HSET', KEYS[1], 'request', ARGV[1], 'answer', ARGV[2], 'no_push', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {0}
