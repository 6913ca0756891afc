package live

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/jawort/jawort/approval"
)

var (
	//go:embed lua/pushes.lua
	pushesSource string
	//go:embed lua/create.lua
	createSource string
	//go:embed lua/mark.lua
	markSource string
	//go:embed lua/resend.lua
	resendSource string
	//go:embed lua/end.lua
	endSource string
	//go:embed lua/notify.lua
	notifySource string
	//go:embed lua/testpush.lua
	testPushSource string
	//go:embed lua/extend.lua
	extendSource string
	//go:embed lua/remember.lua
	rememberSource string
	//go:embed lua/drop.lua
	dropSource string
	//go:embed lua/due.lua
	dueSource string
	//go:embed lua/forget.lua
	forgetSource string
	//go:embed lua/figures.lua
	figuresSource string
)

var (
	createScript   = redis.NewScript(pushesSource + createSource)
	markScript     = redis.NewScript(markSource)
	resendScript   = redis.NewScript(pushesSource + resendSource)
	endScript      = redis.NewScript(endSource)
	notifyScript   = redis.NewScript(notifySource)
	testPushScript = redis.NewScript(testPushSource)
	extendScript   = redis.NewScript(extendSource)
	rememberScript = redis.NewScript(rememberSource)
	dropScript     = redis.NewScript(dropSource)
	dueScript      = redis.NewScript(dueSource)
	forgetScript   = redis.NewScript(forgetSource)
	figuresScript  = redis.NewScript(figuresSource)
)

var scripts = map[string]*redis.Script{
	"create": createScript, "mark": markScript, "resend": resendScript, "end": endScript, "due": dueScript,
	"notify": notifyScript, "testpush": testPushScript,
	"extend": extendScript, "remember": rememberScript, "drop": dropScript, "forget": forgetScript, "figures": figuresScript,
}

// longestQueued is for how long a job stays queued where nobody delivers, in milliseconds: no approval lives longer. What
// is delivered is removed at once, so the length of a stream is what waits, and a bound on it would lose live jobs.
const longestQueued = int64((approval.MaxOpen + approval.KeptAfterEnd) / time.Millisecond)

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
