package account

import "time"

// sightings tell which logins of the past came from one browser. A browser that brings the token of an earlier confirmation is known by
// it. One that could bring none, because nothing was granted or what was is over, is taken for the last one of its account and
// application with the same signs. One that was given a token and came without it is another, or keeps none.
type sightings struct {
	byToken map[token]sighting // by the lineages of the tokens that browsers were given
	bySign  map[sign]sighting
}

type token struct{ account, lineage string }

type sign struct{ account, application, sign string }

// sighting is the last login of a browser.
type sighting struct {
	browser string
	lineage string
	until   time.Time // while it has a token to bring
}

func newSightings() *sightings {
	return &sightings{byToken: make(map[token]sighting), bySign: make(map[sign]sighting)}
}

// browser names the browser of a login; empty: not known. Estimated says that it was told by its signs.
func (s *sightings) browser(e Event) (browser string, estimated bool) {
	if e.Lineage == "" {
		return "", false
	}
	seen := sighting{browser: e.Lineage, lineage: e.Lineage}
	if known, ok := s.byToken[token{e.Account, e.Lineage}]; ok {
		seen = known
	} else if last, ok := s.like(e); ok {
		seen, estimated = last, last.lineage != e.Lineage
		seen.lineage = e.Lineage
	}
	if e.Approved && e.Granted > 0 {
		seen.until = e.At.Add(e.Granted)
		s.byToken[token{e.Account, e.Lineage}] = seen
	}
	for _, one := range e.Signs {
		s.bySign[sign{e.Account, e.Application, one}] = seen
	}
	return seen.browser, estimated
}

// like returns the browser that was seen last with one of the signs, unless it would have brought a token.
func (s *sightings) like(e Event) (sighting, bool) {
	for _, one := range e.Signs {
		last, ok := s.bySign[sign{e.Account, e.Application, one}]
		if ok && (last.lineage == e.Lineage || !last.until.After(e.At)) {
			return last, true
		}
	}
	return sighting{}, false
}
