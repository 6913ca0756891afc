package organisation

import "fmt"

// known finds what there is by name.
type known[T any] struct {
	p        *planner
	document *Document
	byName   map[string][]*T
}

func index[T any](p *planner, d *Document, all []T, name func(T) string) known[T] {
	k := known[T]{p, d, map[string][]*T{}}
	for i := range all {
		k.byName[name(all[i])] = append(k.byName[name(all[i])], &all[i])
	}
	return k
}

// find returns what has the name or had the former one; nil: there is none yet. It reports whether that is clear.
func (k known[T]) find(path, name, formerly, kind string) (found *T, clear bool) {
	now, then := k.byName[name], k.byName[formerly]
	switch {
	case len(now) > 1 || (len(now) == 0 && len(then) > 1):
		k.p.tell(k.document, path+".name", fmt.Sprintf("this tenant has several of this name; revoke all but one %s", kind))
		return nil, false
	case len(now) == 1 && len(then) > 0:
		k.p.tell(k.document, path+".formerly", fmt.Sprintf("the %s of this name is still there beside the one of the new name; leave this line out", kind))
		return nil, false
	case len(now) == 1:
		return now[0], true
	case len(then) == 1:
		return then[0], true
	case formerly != "" && len(k.p.state.Tenants) > 0: // in a new installation nothing has a former name
		k.p.tell(k.document, path+".formerly", fmt.Sprintf("this tenant has no %s of the one name or the other", kind))
		return nil, false
	default:
		return nil, true
	}
}

func at(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }
