package app

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// How modules of the app are written, so that they can be put together; anything else does not pass.
var (
	importLine = regexp.MustCompile(`(?m)^import \{ (\w+(?:, \w+)*) \} from "(\.\.?/[\w./-]+\.js)";\n`)
	exportLine = regexp.MustCompile(`(?m)^export ((?:async )?function|const|class) (\w+)`)
	exportList = regexp.MustCompile(`(?m)^export \{ (\w+(?:, \w+)*) \};\n`)
	moduleWord = regexp.MustCompile(`(?m)^\s*(import|export)\b.*`)
)

// bundle makes one script of a module and all that it imports: a phone starts one much sooner than thirty, and not all browsers run
// modules as service workers yet. Each module becomes a function that returns what it exports, so that private names never meet.
// Modules that stay outside are imported by the script. It returns the names of those inside, too.
func bundle(raw map[string][]byte, entry string, outside ...string) (script []byte, inside []string, err error) {
	b := &bundler{raw: raw, outside: outside}
	if err := b.add(entry); err != nil {
		return nil, nil, err
	}
	return slices.Concat(b.imports.Bytes(), []byte("const modules = {};\n"), b.body.Bytes()), b.inside, nil
}

type bundler struct {
	raw           map[string][]byte
	outside       []string
	imports, body bytes.Buffer
	begun, inside []string
	left          []string // outside
}

func (b *bundler) add(name string) error {
	switch {
	case slices.Contains(b.inside, name), slices.Contains(b.left, name):
		return nil
	case slices.Contains(b.begun, name):
		return fmt.Errorf("app: the module %s imports itself by a detour", name)
	case slices.Contains(b.outside, name):
		return b.leave(name)
	}
	b.begun = append(b.begun, name)
	text, there := b.raw[name]
	if !there {
		return fmt.Errorf("app: there is no module %s", name)
	}
	var exported []string
	text, err := b.resolve(name, text)
	if err != nil {
		return err
	}
	for _, m := range exportLine.FindAllSubmatch(text, -1) {
		exported = append(exported, string(m[2]))
	}
	for _, m := range exportList.FindAllSubmatch(text, -1) {
		exported = append(exported, string(m[1]))
	}
	text = exportLine.ReplaceAll(text, []byte("$1 $2"))
	text = exportList.ReplaceAll(text, nil)
	if left := moduleWord.Find(text); left != nil {
		return fmt.Errorf("app: %s cannot be put together with this line: %s", name, left)
	}
	fmt.Fprintf(&b.body, "modules[%q] = (() => {\n%sreturn { %s };\n})();\n", name, text, strings.Join(exported, ", "))
	b.inside = append(b.inside, name)
	return nil
}

// resolve adds what a module imports, and takes it from there.
func (b *bundler) resolve(name string, text []byte) ([]byte, error) {
	var failed error
	text = importLine.ReplaceAllFunc(text, func(line []byte) []byte {
		m := importLine.FindSubmatch(line)
		from := path.Join(path.Dir(name), string(m[2]))
		if err := b.add(from); err != nil && failed == nil {
			failed = err
		}
		return fmt.Appendf(nil, "const { %s } = modules[%q];\n", m[1], from)
	})
	return text, failed
}

// leave makes the script import a module.
func (b *bundler) leave(name string) error {
	if _, there := b.raw[name]; !there {
		return fmt.Errorf("app: there is no module %s", name)
	}
	fmt.Fprintf(&b.imports, "import * as outside%d from \"./%s\";\n", len(b.left), name)
	fmt.Fprintf(&b.body, "modules[%q] = outside%d;\n", name, len(b.left))
	b.left = append(b.left, name)
	return nil
}
