-- Forgets consumers of the push stream that were not seen for long and hold nothing. One that is alive after all comes
-- back with its next job.
--
-- KEYS  1 push stream
-- ARGV  1 consumer group   2 how long (milliseconds)
--
-- Returns how many

local all = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
if all.err then return 0 end -- no stream or no group: nobody to forget

local forgotten = 0
for _, fields in ipairs(all) do
  local consumer = {}
  for i = 1, #fields, 2 do
    consumer[fields[i]] = fields[i + 1]
  end
  if consumer.pending == 0 and consumer.idle > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer.name)
    forgotten = forgotten + 1
  end
end
return forgotten
