package organisation

import (
	"fmt"
	"maps"
	"slices"

	"github.com/jawort/jawort/account"
)

// name checks the name of something, and the one that it had.
func (d *Document) name(path, name, formerly string) {
	if err := account.ValidateName("name", name); err != nil {
		_, what := refused(err)
		d.mistake(join(path, "name"), what)
	}
	if formerly != "" && formerly == name {
		d.mistake(join(path, "formerly"), "is the same as the name")
	}
}

// nameList are the names of all things of a kind in a document.
type nameList struct {
	document *Document
	what     string // an application
	lines    map[string]int
	former   map[string]string // path by name
}

func newNames(d *Document, what string) *nameList {
	return &nameList{document: d, what: what, lines: map[string]int{}, former: map[string]string{}}
}

func (n *nameList) add(path, name, formerly string) {
	d := n.document
	d.name(path, name, formerly)
	if first, twice := n.lines[name]; twice && name != "" {
		d.mistake(path+".name", fmt.Sprintf("is the name of %s in line %d already", n.what, first))
	} else {
		n.lines[name] = d.at.lineOf(path + ".name")
	}
	if formerly == "" || formerly == name {
		return
	}
	if _, twice := n.former[formerly]; twice {
		d.mistake(path+".formerly", "is claimed twice")
	}
	n.former[formerly] = path
}

// check refuses a former name that is somebody's name now: nobody could tell which of the two is meant.
func (n *nameList) check() {
	for _, former := range slices.Sorted(maps.Keys(n.former)) {
		if line, taken := n.lines[former]; taken {
			path := n.former[former]
			n.document.mistake(path+".formerly", fmt.Sprintf("is the name of %s in line %d; rename in two steps", n.what, line))
		}
	}
}
