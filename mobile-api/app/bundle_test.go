package app

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/looks"
)

func TestModulesBecomeOneScriptInOrder(t *testing.T) {
	t.Parallel()
	got, inside, err := bundle(map[string][]byte{
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
	if want := []string{"deep/b.js", "a.js", "worker.js"}; !slices.Equal(inside, want) {
		t.Errorf("inside are %q", inside)
	}
}

func TestModulesBesideTheScriptAreImportedByIt(t *testing.T) {
	t.Parallel()
	got, inside, err := bundle(map[string][]byte{
		"main.js":           []byte("import { Home } from \"./screens/home.js\";\nHome();\n"),
		"screens/home.js":   []byte("import { html, more } from \"../view.js\";\nexport const Home = () => html(more);\n"),
		"view.js":           []byte("import { html } from \"./vendor/library.js\";\nexport { html, more };\nconst more = 1;\n"),
		"vendor/library.js": []byte("whatever;export{a as html};"),
	}, "main.js", "vendor/library.js")
	if err != nil {
		t.Fatal(err)
	}
	want := `import * as outside0 from "./vendor/library.js";
const modules = {};
modules["vendor/library.js"] = outside0;
modules["view.js"] = (() => {
const { html } = modules["vendor/library.js"];
const more = 1;
return { html, more };
})();
modules["screens/home.js"] = (() => {
const { html, more } = modules["view.js"];
const Home = () => html(more);
return { Home };
})();
modules["main.js"] = (() => {
const { Home } = modules["screens/home.js"];
Home();
return {  };
})();
`
	if string(got) != want {
		t.Errorf("got\n%s", got)
	}
	if want := []string{"view.js", "screens/home.js", "main.js"}; !slices.Equal(inside, want) {
		t.Errorf("inside are %q", inside)
	}
}

func TestModulesThatImportEachOtherStopTheStart(t *testing.T) {
	t.Parallel()
	_, _, err := bundle(map[string][]byte{
		"a.js": []byte("import { b } from \"./b.js\";\nexport const a = () => b;\n"),
		"b.js": []byte("import { a } from \"./a.js\";\nexport const b = () => a;\n"),
	}, "a.js")
	if err == nil || !strings.Contains(err.Error(), "a.js imports itself") {
		t.Errorf("got %v", err)
	}
}

func TestWhatCannotBePutTogetherStopsTheStart(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		`import * as all from "./a.js";`, `import { one as two } from "./a.js";`, `export default 1;`, `export { one as two };`, `import { one } from "./nothing.js";`,
	} {
		if _, _, err := bundle(map[string][]byte{"worker.js": []byte(line + "\n"), "a.js": []byte("export const one = 1;\n")}, "worker.js"); err == nil {
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
	for _, want := range []string{`"./ `, "/main.js", "/nonce.js", "/app.css", "/vendor/htm-preact.js"} {
		if !strings.Contains(shell, want) {
			t.Errorf("lacks %s: %s", want, shell)
		}
	}
	page := string(a.files[pageFile].content)
	for _, module := range []string{"/main.js", "/nonce.js", "/vendor/htm-preact.js"} {
		if !strings.Contains(page, `<link rel="modulepreload" href="app/`+a.version+module+`">`) {
			t.Errorf("the page does not load %s at once", module)
		}
	}
	if strings.Contains(page, "{") {
		t.Errorf("the page was not put together: %s", page)
	}
	for _, never := range []string{"jsqr", "screens", "texts", ".d.ts", ".png", ".txt", "worker.js", "index.html"} {
		if strings.Contains(shell, never) {
			t.Errorf("has %s: %s", never, shell)
		}
	}
}

func TestTheStylesheetBeginsWithTheColoursOfAllPages(t *testing.T) {
	t.Parallel()
	a, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if css := a.files[styleFile].content; !bytes.HasPrefix(css, looks.Sheet()) || bytes.Count(css, []byte("--accent:")) != 2 {
		t.Errorf("it begins with %.100s", css)
	}
}
