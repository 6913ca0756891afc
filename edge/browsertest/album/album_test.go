package album

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/jawort/jawort/edge/browsertest"
)

func TestMain(m *testing.M) { browsertest.Main(m) }

const docs = "../../../" + Folder

// most is how many bytes the pictures in the repository may have.
const most = 22_000_000

func TestThePicturesInTheDocsAreWholeAndSmall(t *testing.T) {
	t.Parallel()
	size := 0
	for _, part := range parts {
		files, err := filepath.Glob(filepath.Join(docs, part.folder, "*.png"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%d pictures of %s, %v", len(files), part.folder, err)
		}
		views := map[string][]string{}
		for _, file := range files {
			picture, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			size += len(picture)
			views[nameOf(file)] = append(views[nameOf(file)], caption(file))
		}
		for name, got := range views {
			if !slices.Equal(got, part.views()) {
				t.Errorf("%s/%s is shown in %q, want %q", part.folder, name, got, part.views())
			}
		}
	}
	if size > most {
		t.Errorf("the pictures have %d bytes, want at most %d", size, most)
	}
}

func TestThePageShowsAllPicturesInTheDocs(t *testing.T) {
	t.Parallel()
	want, err := Index(docs)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(docs, "README.md"))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s/README.md is not what make screens writes: %v", Folder, err)
	}
}

func TestScreensWithoutPicturesAndPicturesWithoutScreensAreFound(t *testing.T) {
	t.Parallel()
	got := differences(map[string]bool{"new": true, "home": true}, map[string]bool{"home": true, "old": true})
	if want := []string{"has no picture of new", "has a picture of old, which is no more"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAShrunkPictureKeepsPaleAreasApartAndSmallWarningsRed(t *testing.T) {
	t.Parallel()
	ground, card, red := color.RGBA{246, 247, 249, 255}, color.RGBA{250, 251, 252, 255}, color.RGBA{179, 38, 30, 255}
	full := image.NewRGBA(image.Rect(0, 0, 300, 300))
	draw.Draw(full, full.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
	draw.Draw(full, image.Rect(50, 50, 150, 150), image.NewUniform(card), image.Point{}, draw.Src)
	for grey := range 200 {
		full.SetRGBA(grey, 200, color.RGBA{uint8(grey), uint8(grey), uint8(grey), 255})
	}
	full.SetRGBA(250, 250, red)
	var b bytes.Buffer
	if err := png.Encode(&b, full); err != nil {
		t.Fatal(err)
	}
	shrunk, err := shrink(b.Bytes(), 280)
	if err != nil {
		t.Fatal(err)
	}
	got, err := png.Decode(bytes.NewReader(shrunk))
	if err != nil {
		t.Fatal(err)
	}
	if rows := got.Bounds().Dy(); rows != 280 {
		t.Errorf("it has %d rows", rows)
	}
	if few, ok := got.(*image.Paletted); !ok || len(few.Palette) > colours {
		t.Errorf("it is a %T", got)
	}
	for at, want := range map[image.Point]color.RGBA{{10, 10}: ground, {100, 100}: card, {250, 250}: red} {
		if c := color.RGBAModel.Convert(got.At(at.X, at.Y)); c != want {
			t.Errorf("at %v it is %v, want %v", at, c, want)
		}
	}
}

// restless is a page that differs whenever one looks, in a component too.
const restless = `<!doctype html><title>Page</title><p id="time">Since 17:03, Nov 26, 2026, at localhost:40123</p><p class="number">93</p>
<p id="id">17:03: device.revoked dev_k3xpjbswy3dpehpk3pxpabcdef</p>
<p><progress value="0" max="1"></progress></p><main><progress value="0" max="1"></progress></main>
<div id="host"></div><nav style="position: sticky; bottom: 0">Below</nav>
<script>
	const root = document.getElementById("host").attachShadow({ mode: "open" });
	root.append(document.createElement("span"));
	root.firstChild.className = "clock";
	window.tick = (text) => { root.firstChild.textContent = text; };
	tick("1:59");
</script>`

func TestWhatDiffersIsHeldAndThenLetGo(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(restless))
	}))
	defer server.Close()
	tab := browsertest.New(t)
	tab.Go(server.URL)
	_ = browsertest.Eval[bool](tab, holding(map[string]string{".number": "42", ".clock": "142"}))
	want := func(when, selector, text string) {
		t.Helper()
		if got := tab.Text(selector); got != text {
			t.Errorf("%s %s is %q, want %q", when, selector, got, text)
		}
	}
	want("held,", "#time", "Since 09:41, Mar 2, 2026, at localhost:8081")
	want("held,", "#id", "09:41: device.revoked dev_abcdefghijklmnopqrstuvwxyz")
	want("held,", ".number", "42")
	want("held,", ".clock", "1:42")
	_ = browsertest.Eval[bool](tab, `tick("1:58") === undefined`)
	want("drawn again,", ".clock", "1:42")
	if got := browsertest.Eval[string](tab, `getComputedStyle(document.querySelector("nav")).position`); got != "relative" {
		t.Errorf("the foot of the page is %s", got)
	}
	if got := browsertest.Eval[[]float64](tab, `[...document.querySelectorAll("progress")].map((bar) => bar.value)`); !slices.Equal(got, []float64{0.8, 0}) {
		t.Errorf("the time that is left, and what the page counts, are %v", got)
	}
	_ = browsertest.Eval[bool](tab, release)
	want("let go,", "#time", "Since 17:03, Nov 26, 2026, at localhost:40123")
	want("let go,", ".number", "93")
	want("let go,", ".clock", "1:58")
	_ = browsertest.Eval[bool](tab, `tick("1:57") === undefined`)
	want("ticking,", ".clock", "1:57")
}
