package component_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/jawort/jawort/looks"
	"github.com/jawort/jawort/server/component"
)

func TestTheComponentHasTheLooksOfAllPagesWithin(t *testing.T) {
	t.Parallel()
	elements := looks.Elements()
	if bytes.ContainsAny(elements, "`\\") || bytes.Contains(elements, []byte("${")) {
		t.Error("they end or change the text in the script that they stand in")
	}
	_, rules, _ := strings.Cut(string(elements), "*/")
	if !strings.Contains(string(component.Source), strings.TrimSpace(rules)) || bytes.Contains(component.Source, []byte("looks/elements.css")) {
		t.Error("the component is served without them")
	}
}

func TestTheComponentsColoursAreThoseOfAllPages(t *testing.T) {
	t.Parallel()
	light, dark, _ := strings.Cut(string(looks.Sheet()), "prefers-color-scheme: dark")
	own := regexp.MustCompile(`(?m)^  "?([a-z-]+)"?: \["(#[0-9a-f]{6})", "(#[0-9a-f]{6})"`).FindAllStringSubmatch(string(component.Source), -1)
	if len(own) < 10 {
		t.Fatalf("the component has %d colours", len(own))
	}
	for _, c := range own {
		name := c[1]
		if name == "field" {
			name = "quiet" // which tokens.css says that it is
		}
		for sheet, colour := range map[*string]string{&light: c[2], &dark: c[3]} {
			if !strings.Contains(*sheet, "--"+name+": "+colour+";") {
				t.Errorf("%s is %s in the component only", c[1], colour)
			}
		}
	}
}
