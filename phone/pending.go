package phone

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Item is a question to one device of this phone.
type Item struct {
	Server   string
	ID       string // of the approval
	Device   string
	Bytes    []byte   // the document as it came, which is what is signed
	Document Document // what Bytes say
	Err      error    // ErrUnreadable: must not be shown or answered
	Fetched  time.Time
}

type wireItem struct {
	ID       string `json:"id"`
	Device   string `json:"device"`
	Document string `json:"document"`
}

type wireItems struct {
	Approvals []wireItem `json:"approvals"`
}

// Pending returns what waits for this phone at all its servers. With a wait it returns when something differs from
// what is known, or when the wait is over. Of a server that does not answer it returns what is known, and an error that names it.
func (p *Phone) Pending(ctx context.Context, wait time.Duration, known []Item) ([]Item, error) {
	servers := p.servers()
	if len(servers) == 0 {
		return nil, ErrNotEnrolled
	}
	if len(servers) == 1 {
		items, err := p.pendingAt(ctx, servers[0], wait, idsAt(servers[0], known))
		if err != nil {
			return known, err
		}
		return items, nil
	}
	if wait > 0 {
		p.waitForAny(ctx, servers, wait, known)
	}
	var all []Item
	var failed []error
	for _, s := range servers {
		items, err := p.pendingAt(ctx, s, 0, nil)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", s, err))
			items = itemsAt(s, known)
		}
		all = append(all, items...)
	}
	return all, errors.Join(failed...)
}

// waitForAny returns when the first server has news, or all have none. One that fails has none.
func (p *Phone) waitForAny(ctx context.Context, servers []string, wait time.Duration, known []Item) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	news := make(chan bool, len(servers))
	for _, s := range servers {
		go func() {
			before := idsAt(s, known)
			items, err := p.pendingAt(ctx, s, wait, before)
			news <- err == nil && !slices.Equal(idsAt(s, items), before)
		}()
	}
	for range servers {
		if <-news {
			return
		}
	}
}

func itemsAt(server string, items []Item) []Item {
	return slices.DeleteFunc(slices.Clone(items), func(i Item) bool { return i.Server != server })
}

// idsAt returns the approvals of one server, in order, each once.
func idsAt(server string, items []Item) []string {
	var ids []string
	for _, i := range itemsAt(server, items) {
		ids = append(ids, i.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (p *Phone) pendingAt(ctx context.Context, server string, wait time.Duration, known []string) ([]Item, error) {
	query := url.Values{}
	if wait > 0 {
		query.Set("wait", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	}
	if len(known) > 0 {
		query.Set("known", strings.Join(known, ","))
	}
	q := call{server: server, method: http.MethodGet, path: "/v1/approvals", wait: wait}
	if len(query) > 0 {
		q.path += "?" + query.Encode()
	}
	return p.items(ctx, q)
}

// Approval fetches one question, for each device of this phone that is asked. The error says how it ended, if it has.
func (p *Phone) Approval(ctx context.Context, server, id string) ([]Item, error) {
	return p.items(ctx, call{server: server, method: http.MethodGet, path: "/v1/approvals/" + url.PathEscape(id)})
}

func (p *Phone) items(ctx context.Context, q call) ([]Item, error) {
	var list wireItems
	if err := p.do(ctx, q, &list); err != nil {
		return nil, err
	}
	items := make([]Item, 0, len(list.Approvals))
	for _, w := range list.Approvals {
		items = append(items, w.item(q.server, p.options.Now()))
	}
	return items, nil
}

func (w wireItem) item(server string, now time.Time) Item {
	i := Item{Server: server, ID: w.ID, Device: w.Device, Fetched: now}
	var err error
	if i.Bytes, err = base64.RawURLEncoding.DecodeString(w.Document); err != nil {
		i.Err = fmt.Errorf("%w: %w", ErrUnreadable, err)
		return i
	}
	i.Document, i.Err = parseDocument(i.Bytes)
	if i.Err == nil && i.Document.ID != i.ID {
		i.Err = fmt.Errorf("%w: it belongs to another approval", ErrUnreadable)
	}
	return i
}
