package attack_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// slot is a place for an id, and what it may hold.
type slot struct {
	name, kind string // in the path a name of its own
	must       bool
}

// slots are those of a try.
func (w try) slots() []slot {
	var all []slot
	for _, kind := range w.ids {
		all = append(all, slot{"path " + kind, kind, true})
	}
	add := func(kind string) {
		if !slices.ContainsFunc(all, func(s slot) bool { return s.name == kind }) {
			all = append(all, slot{kind, kind, slices.Contains(w.must, kind)})
		}
	}
	for _, part := range w.query {
		_, name, _ := strings.Cut(part, "=")
		kind, _ := braced(name)
		add(kind)
	}
	for _, place := range sorted(filled(w.body)) {
		add(filled(w.body)[place])
	}
	return all
}

func sorted(places map[string]string) []string {
	var all []string
	for place := range places {
		all = append(all, place)
	}
	slices.Sort(all)
	return all
}

// whose says whose id a slot holds.
type whose int

const (
	absent whose = iota
	own
	foreign
)

// mixtures are all ways to fill the slots in which at least one holds a foreign id.
func mixtures(all []slot, mayBeForeign func(kind string) bool) [][]whose {
	ways := [][]whose{nil}
	for _, s := range all {
		var more [][]whose
		for _, way := range ways {
			for _, w := range []whose{absent, own, foreign} {
				if (w == absent && s.must) || (w == foreign && !mayBeForeign(s.kind)) {
					continue
				}
				more = append(more, append(slices.Clone(way), w))
			}
		}
		ways = more
	}
	return slices.DeleteFunc(ways, func(way []whose) bool { return !slices.Contains(way, foreign) })
}

// unknown is an id like one that exists, of nothing: next to it in every order.
func unknown(one string) string {
	if parts := strings.Split(one, "."); len(parts) > 1 { // where a list goes on
		for i := range parts[:len(parts)-1] {
			parts[i] = unknown(parts[i])
		}
		return strings.Join(parts, ".")
	}
	b := []byte(one)
	for i := len(b) - 2; i > len(b)-5; i-- { // of the last character of an id not all bits count
		switch b[i] {
		case 'z':
			b[i] = 'a'
		case '7':
			b[i] = '2'
		default:
			b[i]++
		}
	}
	return string(b)
}

// request is a try with ids in its places.
type request struct {
	method, path string
	body         []byte
	given        []string // the foreign or unknown ones
}

// fill writes ids into a try; mine and theirs are by kind.
func (o operation) fill(w try, all []slot, way []whose, mine map[string]string, theirs func(kind string) string) request {
	r, values := request{method: o.method}, map[string]string{}
	for i, s := range all {
		switch way[i] {
		case own:
			values[s.name] = mine[s.kind]
		case foreign:
			values[s.name] = theirs(s.kind)
			r.given = append(r.given, theirs(s.kind))
		}
	}
	r.path = o.pathOf(w, values)
	if w.body != "" {
		var read any
		if err := json.Unmarshal([]byte(w.body), &read); err != nil {
			panic(err)
		}
		r.body, _ = json.Marshal(put(read, values))
	}
	return r
}

func (o operation) pathOf(w try, values map[string]string) string {
	parts, next := strings.Split(o.path, "/"), 0
	for i, part := range parts {
		name, is := braced(part)
		switch {
		case is && name == "method":
			parts[i] = "email"
		case is:
			parts[i] = url.PathEscape(values["path "+w.ids[next]])
			next++
		}
	}
	query := []string{}
	if w.fixed != "" {
		query = append(query, w.fixed)
	}
	for _, part := range w.query {
		name, place, _ := strings.Cut(part, "=")
		kind, _ := braced(place)
		if value, there := values[kind]; there {
			query = append(query, name+"="+url.QueryEscape(value))
		}
	}
	if len(query) == 0 {
		return strings.Join(parts, "/")
	}
	return strings.Join(parts, "/") + "?" + strings.Join(query, "&")
}

// put returns a body with the values in their places, and without the places of those that are absent.
func put(v any, values map[string]string) any {
	switch v := v.(type) {
	case string:
		kind, is := braced(v)
		if !is {
			return v
		}
		if value, there := values[kind]; there {
			return value
		}
		return nil
	case []any:
		kept := []any{}
		for _, one := range v {
			if one = put(one, values); one != nil {
				kept = append(kept, one)
			}
		}
		return kept
	case map[string]any:
		kept := map[string]any{}
		for key, one := range v {
			if kind, is := braced(key); is {
				value, there := values[kind]
				if !there {
					continue
				}
				key = value
			}
			if one = put(one, values); one != nil {
				kept[key] = one
			}
		}
		return kept
	default:
		return v
	}
}
