package app

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// How modules of the app are written where the service worker needs them, too; anything else does not pass.
var (
	importLine = regexp.MustCompile(`(?m)^import \{ (\w+(?:, \w+)*) \} from "\./([\w/-]+\.js)";\n`)
	exportLine = regexp.MustCompile(`(?m)^export ((?:async )?function|const|class) (\w+)`)
	moduleWord = regexp.MustCompile(`(?m)^\s*(import|export)\b.*`)
)

// bundle makes one classic script of a module and all that it imports: not all browsers run modules as service workers yet. Each
// module becomes a function that returns what it exports, so that private names never meet.
func bundle(raw map[string][]byte, entry string) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("const modules = {};\n")
	if err := add(&out, raw, entry, &[]string{}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func add(out *bytes.Buffer, raw map[string][]byte, name string, done *[]string) error {
	if slices.Contains(*done, name) {
		return nil
	}
	*done = append(*done, name)
	text, there := raw[name]
	if !there {
		return fmt.Errorf("app: there is no module %s", name)
	}
	for _, m := range importLine.FindAllSubmatch(text, -1) {
		if err := add(out, raw, path.Clean(string(m[2])), done); err != nil {
			return err
		}
	}
	var exported []string
	for _, m := range exportLine.FindAllSubmatch(text, -1) {
		exported = append(exported, string(m[2]))
	}
	text = importLine.ReplaceAll(text, []byte("const { $1 } = modules[\"$2\"];\n"))
	text = exportLine.ReplaceAll(text, []byte("$1 $2"))
	if left := moduleWord.Find(text); left != nil {
		return fmt.Errorf("app: the service worker cannot do with this line of %s: %s", name, left)
	}
	fmt.Fprintf(out, "modules[%q] = (() => {\n%sreturn { %s };\n})();\n", name, text, strings.Join(exported, ", "))
	return nil
}
