package docs_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// sentences is how many the two installations demand, from (a) to (x).
const sentences = 'x' - 'a' + 1

// demands is the package whose tests are the sentences.
const demands = "requirements"

func TestEachSentenceOfTheRequirementsHasATestThatExistsAndEachTestHasASentence(t *testing.T) {
	t.Parallel()
	all := promisesOf(t, "requirements.md")
	if len(all) != sentences {
		t.Errorf("%d sentences, want %d", len(all), sentences)
	}
	heard := map[string]string{}
	for i, p := range all {
		if letter := fmt.Sprintf("(%c)", 'a'+i); p.title != letter {
			t.Errorf("%q stands where %s should", p.title, letter)
		}
		if !strings.HasPrefix(p.text, "\n> ") {
			t.Errorf("%s does not quote its sentence", p.title)
		}
		for _, n := range p.tests {
			if before := heard[n.name]; before != "" || n.folder != demands {
				t.Errorf("%s names %s of %s; sentence so far: %q", p.title, n.name, n.folder, before)
			}
			heard[n.name] = p.title
		}
	}
	for name := range testsOf(t, demands) {
		if strings.HasPrefix(name, "Test") && name != "TestMain" && heard[name] == "" {
			t.Errorf("%s of %s belongs to no sentence", name, demands)
		}
	}
}

var letterInExample = regexp.MustCompile(`\(([a-x])(?:, [a-x])*\)`)

// TestTheExamplesNameSentencesThatThereAre keeps the letters in the two files from meaning nothing.
func TestTheExamplesNameSentencesThatThereAre(t *testing.T) {
	t.Parallel()
	for file, ends := range map[string][2]byte{"broker-platform.yaml": {'a', 'm'}, "test-publisher.yaml": {'n', 'x'}} {
		text, err := os.ReadFile("examples/" + file)
		if err != nil {
			t.Fatal(err)
		}
		found := letterInExample.FindAllString(string(text), -1)
		if len(found) == 0 {
			t.Errorf("%s names no sentence", file)
		}
		for _, letters := range found {
			for _, letter := range letters {
				if letter >= 'a' && letter <= 'x' && (byte(letter) < ends[0] || byte(letter) > ends[1]) {
					t.Errorf("%s names %s, which is not a sentence of that installation", file, letters)
				}
			}
		}
	}
}
