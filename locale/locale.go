// Package locale holds the texts that people read, in German and English, and picks the language.
//
// It does not know where a text is shown. What a text is filled with is the caller's choice; the texts of a push
// take nothing, because a push says nothing about whom or what it is for.
package locale

import (
	"embed"
	"encoding/json"
	"fmt"
	"sync"

	"golang.org/x/text/language"
)

//go:embed *.json
var files embed.FS

// supported has the language to fall back to first.
var supported = []language.Tag{language.English, language.German}

type catalogues struct {
	matcher language.Matcher
	texts   []map[string]string // in the order of supported
}

// loaded reads the embedded files once.
var loaded = sync.OnceValue(func() catalogues {
	c := catalogues{matcher: language.NewMatcher(supported)}
	for _, tag := range supported {
		c.texts = append(c.texts, read(tag.String()+".json"))
	}
	return c
})

// read panics on a file that cannot be read: it is part of the program.
func read(name string) map[string]string {
	data, err := files.ReadFile(name)
	if err != nil {
		panic("locale: " + err.Error())
	}
	var texts map[string]string
	if err := json.Unmarshal(data, &texts); err != nil {
		panic("locale: " + name + ": " + err.Error())
	}
	return texts
}

// Nearest returns the supported language nearest to lang, a BCP 47 tag: de or en.
func Nearest(lang string) string {
	_, index := language.MatchStrings(loaded().matcher, lang)
	return supported[index].String()
}

// Text returns the text for key in the supported language nearest to lang, a BCP 47 tag such as de-AT or the value
// of an Accept-Language header; English where none is near. Args fill the text as in fmt.Sprintf. A key
// that no catalogue has is returned itself.
func Text(lang, key string, args ...any) string {
	c := loaded()
	_, index := language.MatchStrings(c.matcher, lang)
	text, ok := c.texts[index][key]
	if !ok {
		if text, ok = c.texts[0][key]; !ok {
			return key
		}
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}
