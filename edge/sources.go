package edge

import (
	"container/list"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	"github.com/jawort/jawort/refusal"
)

// ErrTooManyRequests is the refusal of a source that asks faster than it may.
var ErrTooManyRequests = refusal.New(refusal.TooMany, "too-many-requests",
	"Too many requests come from this address. Wait, then send the same again.").After(time.Second)

// Limits are what one source may do: an IPv4 address, or a network of 64 bits of IPv6.
type Limits struct {
	Connections int // at the same time and face, where no proxy is in between; 0: any number
	Requests    int // a second, on average; 0: any number
	Burst       int // requests at once
}

const (
	// keptSources bounds the memory: beyond it, whoever was quiet for the longest is forgotten.
	keptSources = 1 << 15
	// knownFor is how long a source from which an API key came is asked for its key before it is refused.
	knownFor = time.Hour
)

// Sources counts the requests and connections of each source. It is safe for concurrent use; nil limits nobody.
type Sources struct {
	proxies Proxies
	limits  Limits
	refused *prometheus.CounterVec // by reason

	mu    sync.Mutex
	known map[netip.Prefix]*list.Element // of *source
	order list.List                      // the latest first
	open  map[netip.Prefix]int           // connections
}

// source is what is known of one.
type source struct {
	key        netip.Prefix
	bucket     *rate.Limiter
	latest     time.Time // at which it asked; a bucket that is told an earlier time fills up for the same seconds again
	knownUntil time.Time
}

// NewSources returns limits that nobody has used yet.
func NewSources(proxies Proxies, l Limits) *Sources {
	return &Sources{proxies: proxies, limits: l, refused: newRefusals(), known: map[netip.Prefix]*list.Element{}, open: map[netip.Prefix]int{}}
}

// Of returns where a request comes from, as far as the proxies in front tell; not valid where nobody can say.
func (s *Sources) Of(r *http.Request) netip.Addr {
	addr, _ := s.Told(r)
	return addr
}

// Told is Of, and whether what comes from there can be limited by it: where it cannot, whoever counts would count everybody as one.
func (s *Sources) Told(r *http.Request) (source netip.Addr, limited bool) {
	p := Proxies{}
	if s != nil {
		p = s.proxies
	}
	return p.Source(r)
}

// visit is one request of a source.
type visit struct {
	sources *Sources
	key     netip.Prefix
	paid    bool
}

// begin counts a request before anybody is asked who sends it; where an API key came from the source lately it waits for the answer.
// No visit means no limit.
func (s *Sources) begin(r *http.Request, now time.Time) (*visit, error) {
	if s == nil || s.limits.Requests == 0 {
		return nil, nil
	}
	addr, limited := s.proxies.Source(r)
	if !limited {
		return nil, nil
	}
	v := &visit{sources: s, key: sourceOf(addr)}
	s.mu.Lock()
	defer s.mu.Unlock()
	src := s.find(v.key)
	if now.Before(src.knownUntil) {
		return v, nil
	}
	v.paid = true
	return v, s.take(src, now)
}

// end counts a request that waited for it: who showed an API key is known by that, and not limited by where it is.
func (v *visit) end(byKey bool, now time.Time) error {
	if v == nil {
		return nil
	}
	v.sources.mu.Lock()
	defer v.sources.mu.Unlock()
	src := v.sources.find(v.key)
	if byKey {
		src.knownUntil = now.Add(knownFor)
		return nil
	}
	if v.paid {
		return nil
	}
	v.paid = true
	return v.sources.take(src, now)
}

func (s *Sources) take(from *source, now time.Time) error {
	if now.After(from.latest) {
		from.latest = now
	}
	if !from.bucket.AllowN(from.latest, 1) {
		s.refused.WithLabelValues(refusedRequest).Inc()
		return ErrTooManyRequests
	}
	return nil
}

// find returns the source, which is the latest then, and makes room for it.
func (s *Sources) find(key netip.Prefix) *source {
	if e, ok := s.known[key]; ok {
		s.order.MoveToFront(e)
		return e.Value.(*source)
	}
	if len(s.known) >= keptSources {
		oldest := s.order.Remove(s.order.Back()).(*source)
		delete(s.known, oldest.key)
	}
	src := &source{key: key, bucket: rate.NewLimiter(rate.Limit(s.limits.Requests), s.limits.Burst)}
	s.known[key] = s.order.PushFront(src)
	return src
}
