-- Leases approvals that somebody has to end. A lease that is lost with its answer runs out by itself.
--
-- KEYS  1 due
-- ARGV  1 now   2 end of the lease (microseconds)   3 most approvals
--
-- Returns the ids

local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, id in ipairs(ids) do
  redis.call('ZADD', KEYS[1], ARGV[2], id)
end
return ids
