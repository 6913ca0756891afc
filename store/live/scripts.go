package live

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/redis/go-redis/v9"
)

var (
	//go:embed lua/create.lua
	createSource string
	//go:embed lua/mark.lua
	markSource string
	//go:embed lua/resend.lua
	resendSource string
	//go:embed lua/end.lua
	endSource string
	//go:embed lua/due.lua
	dueSource string
)

var (
	createScript = redis.NewScript(createSource)
	markScript   = redis.NewScript(markSource)
	resendScript = redis.NewScript(resendSource)
	endScript    = redis.NewScript(endSource)
	dueScript    = redis.NewScript(dueSource)
)

var scripts = map[string]*redis.Script{
	"create": createScript, "mark": markScript, "resend": resendScript, "end": endScript, "due": dueScript,
}

// maxQueued bounds a partition's push stream where nobody delivers. Jobs beyond it are older than any approval lives.
const maxQueued = 1 << 16

// run executes a script, which Redis may have forgotten meanwhile.
func (s *Store) run(ctx context.Context, script *redis.Script, keys []string, args ...any) *redis.Cmd {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return script.Run(ctx, s.client, keys, args...)
}

// failed names the operation in an error of Redis.
func failed(operation string, err error) error {
	return fmt.Errorf("live: %s: %w", operation, unavailable(err))
}
