package pages

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// Languages are those that every page is in.
var Languages = []string{"de", "en"}

//go:embed texts/*.json
var ownTexts embed.FS

// Texts are what people read, by language and key.
type Texts map[string]map[string]string

// ReadTexts returns the texts of the frame with those of more, which lie in texts/ too. It panics on what cannot be read: that is part of the program.
func ReadTexts(more ...fs.FS) Texts {
	all := Texts{}
	for _, lang := range Languages {
		all[lang] = loaded(ownTexts, lang)
		for _, from := range more {
			maps.Copy(all[lang], loaded(from, lang))
		}
	}
	return all
}

func loaded(from fs.FS, lang string) map[string]string {
	data, err := fs.ReadFile(from, "texts/"+lang+".json")
	if err != nil {
		panic("pages: " + err.Error())
	}
	var texts map[string]string
	if err := json.Unmarshal(data, &texts); err != nil {
		panic("pages: texts/" + lang + ".json: " + err.Error())
	}
	return texts
}

// In returns a text, filled as by fmt.Sprintf; false: there is none. Where it counts one of something, it is the text KEY.one, if there is one; that may
// say the number in words, and take nothing.
func (t Texts) In(lang, key string, args ...any) (string, bool) {
	text, ok := t[lang][key]
	if one, has := t[lang][key+".one"]; has && countsOne(args) {
		text = one
	}
	if ok && len(args) > 0 && strings.Contains(text, "%") {
		text = fmt.Sprintf(text, args...)
	}
	return text, ok
}

// countsOne reports whether the only number among what fills a text is 1.
func countsOne(args []any) bool {
	var numbers []int64
	for _, a := range args {
		switch n := a.(type) {
		case int:
			numbers = append(numbers, int64(n))
		case int64:
			numbers = append(numbers, n)
		}
	}
	return slices.Equal(numbers, []int64{1})
}

// Distinct panics where two of them give one text.
func Distinct(all ...fs.FS) {
	seen := map[string]bool{}
	for _, from := range all {
		for key := range loaded(from, Languages[0]) {
			if seen[key] {
				panic("pages: two texts are called " + key)
			}
			seen[key] = true
		}
	}
}
