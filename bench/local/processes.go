package local

import (
	"context"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// AheadCommand is the subcommand of `jawort bench` that serves with a clock that is ahead.
const AheadCommand = "ahead"

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// process describes one that is not started yet.
func (s *Stack) process(name, logName string, admin int, env ...string) *Process {
	return &Process{
		Name: name, Admin: "http://" + loopback(admin), program: s.options.Program, args: []string{"serve", name}, logName: logName, dir: s.dir,
		env: slices.Concat([]string{"JAWORT_ADMIN_LISTEN=" + loopback(admin), "JAWORT_CONFIG=" + s.configFile()}, env, s.env),
	}
}

func (s *Stack) startProcesses(ctx context.Context) error {
	s.MobileAPI = s.process("mobile-api", "mobile-api.log", s.ports.mobileAdmin)
	s.PushGW = s.process("pushgw", "pushgw.log", s.ports.pushAdmin, "JAWORT_LOG_LEVEL=debug") // so that it tells the end of every job
	if err := s.startServers(ctx); err != nil {
		return err
	}
	if err := s.MobileAPI.Start(ctx); err != nil {
		return err
	}
	return s.PushGW.Start(ctx)
}

func (s *Stack) startServers(ctx context.Context) (err error) {
	if s.options.Servers > 0 {
		if s.Balancer, err = NewBalancer(loopback(s.ports.server)); err != nil {
			return err
		}
	}
	for n := range max(s.options.Servers, 1) {
		ahead := time.Duration(0)
		if n == s.options.Servers-1 {
			ahead = s.options.Ahead
		}
		if err := s.addServer(ctx, ahead); err != nil {
			return err
		}
	}
	s.Server = s.Servers[0]
	return nil
}

// AddServer starts one more server and lets it have connections. There must be a balancer.
func (s *Stack) AddServer(ctx context.Context) error { return s.addServer(ctx, 0) }

func (s *Stack) addServer(ctx context.Context, ahead time.Duration) error {
	p, err := s.newServer(ahead)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.Servers = append(s.Servers, p)
	s.mu.Unlock()
	if err := p.Start(ctx); err != nil {
		return err
	}
	if s.Balancer != nil {
		s.Balancer.Add(p.Address)
	}
	return nil
}

func (s *Stack) newServer(ahead time.Duration) (*Process, error) {
	free, err := freePorts()
	if err != nil {
		return nil, err
	}
	listen := free.server
	if s.Balancer == nil {
		listen = s.ports.server
	}
	s.started++
	p := s.process("server", "server-"+strconv.Itoa(s.started)+".log", free.mobileAdmin, "JAWORT_SERVER_LISTEN="+loopback(listen))
	p.Address = loopback(listen)
	if ahead != 0 {
		p.args = []string{"bench", AheadCommand, ahead.String(), "server"}
	}
	return p, nil
}

// RetireServer gives the oldest server no new connections, and ends it in order.
func (s *Stack) RetireServer() {
	s.mu.Lock()
	p := s.Servers[0]
	s.Servers = s.Servers[1:]
	if len(s.Servers) > 0 {
		s.Server = s.Servers[0]
	}
	s.mu.Unlock()
	s.Balancer.Remove(p.Address)
	p.Stop()
}

func (s *Stack) startRedisProxy(context.Context) (err error) {
	if !s.options.Proxied {
		return nil
	}
	if s.RedisProxy, err = newProxy("redis", s.Redis.Addr); err == nil {
		s.RedisURL = "redis://" + s.RedisProxy.Addr()
	}
	return err
}

// startFCMProxy puts a proxy between the gateway and where it sends messages; who gives it its bearer tokens is not behind it.
func (s *Stack) startFCMProxy() error {
	if !s.options.Proxied {
		return nil
	}
	fcm := &s.Fakes.Config.FCM[0]
	u, err := url.Parse(fcm.Endpoint)
	if err != nil {
		return err
	}
	if s.FCMProxy, err = newProxy("fcm", u.Host); err != nil {
		return err
	}
	fcm.Endpoint = strings.Replace(fcm.Endpoint, u.Host, s.FCMProxy.Addr(), 1)
	return nil
}
