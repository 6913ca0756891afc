package live

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Embedded is the URL of the Redis that runs inside the process.
const Embedded = "embedded"

// patience bounds one operation with all its repetitions: a login service gives up after 3 s and should get a
// clear refusal before.
const patience = 2 * time.Second

// baseOptions are the same for every topology.
func baseOptions() *redis.UniversalOptions {
	return &redis.UniversalOptions{
		DialTimeout:           time.Second,
		ReadTimeout:           time.Second,
		WriteTimeout:          time.Second,
		DialerRetries:         1, // MaxRetries covers dialling too
		MaxRetries:            3,
		MaxRetryBackoff:       250 * time.Millisecond,
		ContextTimeoutEnabled: true,
		DisableIdentity:       true,
		MaintNotificationsConfig: &maintnotifications.Config{
			Mode: maintnotifications.ModeDisabled,
		},
	}
}

// parseURL reads redis://[user:password@]host:port[/db], redis+cluster://host:port,host:port and
// redis+sentinel://host:port,host:port/master; with rediss instead of redis over TLS. Errors never carry the
// URL, which may hold a password.
func parseURL(s string) (*redis.UniversalOptions, error) {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return nil, errors.New(`must be "embedded" or start with redis://, rediss://, redis+cluster:// or redis+sentinel://`)
	}
	o := baseOptions()
	base, topology, _ := strings.Cut(scheme, "+")
	switch base {
	case "redis":
	case "rediss":
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	default:
		return nil, fmt.Errorf("unknown scheme %q", scheme)
	}
	authority, path, _ := strings.Cut(rest, "/")
	if err := setAuthority(o, authority); err != nil {
		return nil, err
	}
	return o, setTopology(o, topology, path)
}

func setAuthority(o *redis.UniversalOptions, authority string) error {
	hosts := authority
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		hosts = authority[at+1:]
		user, password, ok := strings.Cut(authority[:at], ":")
		if !ok {
			return errors.New("credentials must be user:password or :password")
		}
		var errUser, errPassword error
		o.Username, errUser = url.PathUnescape(user)
		o.Password, errPassword = url.PathUnescape(password)
		if errUser != nil || errPassword != nil {
			return errors.New("credentials are not percent-encoded properly")
		}
	}
	o.Addrs = strings.Split(hosts, ",")
	for _, a := range o.Addrs {
		if host, port, ok := strings.Cut(a, ":"); !ok || host == "" || port == "" {
			return errors.New("every host must be given as host:port")
		}
	}
	return nil
}

func setTopology(o *redis.UniversalOptions, topology, path string) error {
	switch topology {
	case "":
		return setSingle(o, path)
	case "cluster":
		if path != "" {
			return errors.New("a cluster has no database number")
		}
		o.IsClusterMode = true
		return nil
	case "sentinel":
		if path == "" {
			return errors.New("the path must name the master, as the sentinels call it")
		}
		o.MasterName = path
		return nil
	default:
		return fmt.Errorf("unknown topology %q", topology)
	}
}

func setSingle(o *redis.UniversalOptions, path string) error {
	if len(o.Addrs) != 1 {
		return errors.New("several hosts need redis+cluster:// or redis+sentinel://")
	}
	if path == "" {
		return nil
	}
	db, err := strconv.ParseUint(path, 10, 16)
	if err != nil {
		return errors.New("the path must be the database's number")
	}
	o.DB = int(db)
	return nil
}
