package app

import (
	"strings"
	"testing"
)

func TestModulesBecomeOneScriptInOrder(t *testing.T) {
	t.Parallel()
	got, err := bundle(map[string][]byte{
		"worker.js":   []byte("import { twice } from \"./a.js\";\nimport { one } from \"./deep/b.js\";\ntwice(one);\n"),
		"a.js":        []byte("import { one } from \"./deep/b.js\";\nconst hidden = one;\nexport function twice(n) { return n * 2 * hidden; }\nexport async function later() {}\n"),
		"deep/b.js":   []byte("const hidden = 1;\nexport const one = hidden;\n"),
		"unwanted.js": []byte("export const never = 1;\n"),
	}, "worker.js")
	if err != nil {
		t.Fatal(err)
	}
	want := `const modules = {};
modules["deep/b.js"] = (() => {
const hidden = 1;
const one = hidden;
return { one };
})();
modules["a.js"] = (() => {
const { one } = modules["deep/b.js"];
const hidden = one;
function twice(n) { return n * 2 * hidden; }
async function later() {}
return { twice, later };
})();
modules["worker.js"] = (() => {
const { twice } = modules["a.js"];
const { one } = modules["deep/b.js"];
twice(one);
return {  };
})();
`
	if string(got) != want {
		t.Errorf("got\n%s", got)
	}
}

func TestWhatTheWorkerCannotDoWithStopsTheStart(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		`import * as all from "./a.js";`, `import { one as two } from "./a.js";`, `export default 1;`, `export { one };`, `import { one } from "./nothing.js";`,
	} {
		if _, err := bundle(map[string][]byte{"worker.js": []byte(line + "\n"), "a.js": []byte("export const one = 1;\n")}, "worker.js"); err == nil {
			t.Errorf("%s was accepted", line)
		}
	}
}

func TestTheShellHasWhatStartsTheAppAndNoMore(t *testing.T) {
	t.Parallel()
	a, err := New()
	if err != nil {
		t.Fatal(err)
	}
	shell, _, _ := strings.Cut(string(a.files[workerFile].content), "split")
	for _, want := range []string{`"./ `, "/main.js", "/app.css", "/screens/question.js", "/texts/de.js", "/vendor/htm-preact.js"} {
		if !strings.Contains(shell, want) {
			t.Errorf("lacks %s: %s", want, shell)
		}
	}
	page := string(a.files[pageFile].content)
	for _, module := range []string{"/main.js", "/screens/question.js", "/vendor/htm-preact.js"} {
		if !strings.Contains(page, `<link rel="modulepreload" href="app/`+a.version+module+`">`) {
			t.Errorf("the page does not load %s at once", module)
		}
	}
	if strings.Contains(page, "{") {
		t.Errorf("the page was not put together: %s", page)
	}
	for _, never := range []string{"jsqr", ".d.ts", ".png", ".txt", "worker.js", "index.html"} {
		if strings.Contains(shell, never) {
			t.Errorf("has %s: %s", never, shell)
		}
	}
}
