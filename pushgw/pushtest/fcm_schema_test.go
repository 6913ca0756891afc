package pushtest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"google.golang.org/api/fcm/v1"
)

// discovery is the part of Google's discovery document that describes messages.
type discovery struct {
	Schemas map[string]struct {
		Properties map[string]struct {
			Enum   []string
			Format string
			Items  struct{ Format string }
		}
	}
}

func readDiscovery(t *testing.T) discovery {
	t.Helper()
	if _, err := os.Stat("../../go.mod"); err != nil { // names the version; Go keeps no result over a change of what it saw be looked at
		t.Fatal(err)
	}
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "google.golang.org/api").Output()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "fcm", "v1", "fcm-api.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d discovery
	if err := json.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheSchemaIsTheOneOfTheDiscoveryDocument(t *testing.T) {
	t.Parallel()
	d := readDiscovery(t)
	gotEnums, gotDurations := map[string][]string{}, []string(nil)
	for name, schema := range d.Schemas {
		for property, p := range schema.Properties {
			if p.Enum != nil {
				gotEnums[name+"."+property] = p.Enum
			}
			if p.Format == "google-duration" || p.Items.Format == "google-duration" {
				gotDurations = append(gotDurations, name+"."+property)
			}
		}
	}
	slices.Sort(gotDurations)
	if !reflect.DeepEqual(gotEnums, enums) || !slices.Equal(gotDurations, durations) {
		t.Errorf("the document has\n%v\n%v", gotEnums, gotDurations)
	}
	for _, typ := range []reflect.Type{
		reflect.TypeFor[fcm.SendMessageRequest](), reflect.TypeFor[fcm.Message](), reflect.TypeFor[fcm.Notification](),
		reflect.TypeFor[fcm.AndroidConfig](), reflect.TypeFor[fcm.AndroidNotification](), reflect.TypeFor[fcm.ApnsConfig](),
		reflect.TypeFor[fcm.WebpushConfig](),
	} {
		properties := d.Schemas[typ.Name()].Properties
		if len(properties) == 0 {
			t.Errorf("%s has no properties in the document", typ.Name())
		}
		for f := range typ.Fields() {
			if _, ok := properties[jsonName(f)]; !ok && jsonName(f) != "-" && f.Name != "ServerResponse" {
				t.Errorf("%s.%s is not in the document", typ.Name(), f.Name)
			}
		}
		for property := range properties {
			if _, ok := memberOf(typ, property); !ok {
				t.Errorf("%s.%s of the document is unknown", typ.Name(), property)
			}
		}
	}
}

func TestMessagesThatBreakTheSchemaAreRefused(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"an unknown member":               `{"message":{"token":"t","colour":"red"}}`,
		"an unknown member further down":  `{"message":{"token":"t","android":{"notification":{"titel":"x"}}}}`,
		"a misspelt case":                 `{"message":{"Token":"t"}}`,
		"data that is no string":          `{"message":{"token":"t","data":{"n":1}}}`,
		"data with a reserved name":       `{"message":{"token":"t","data":{"from":"x"}}}`,
		"a priority that there is not":    `{"message":{"token":"t","android":{"priority":"urgent"}}}`,
		"a priority that is a number":     `{"message":{"token":"t","android":{"priority":10}}}`,
		"a lifetime without its unit":     `{"message":{"token":"t","android":{"ttl":"120"}}}`,
		"a lifetime of more than 4 weeks": `{"message":{"token":"t","android":{"ttl":"2419201s"}}}`,
		"no target":                       `{"message":{"data":{"a":"b"}}}`,
		"two targets":                     `{"message":{"token":"t","topic":"x"}}`,
		"a title that is no string":       `{"message":{"token":"t","notification":{"title":1}}}`,
		"no message":                      `{}`,
		"no JSON":                         `hello`,
		"more than 4096 bytes":            `{"message":{"token":"t","data":{"a":"` + strings.Repeat("x", 4096) + `"}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if m, err := parseFCM([]byte(body)); err == nil {
				t.Errorf("accepted as %+v", m.Message)
			}
		})
	}
}

func TestBothSpellingsOfMembersAreRead(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"message":{"token":"t","android":{"collapse_key":"k","priority":"high","notification":{"channel_id":"c"}}}}`,
		`{"message":{"token":"t","android":{"collapseKey":"k","priority":"HIGH","notification":{"channelId":"c"}}}}`,
	} {
		m, err := parseFCM([]byte(body))
		if err != nil || m.Android.CollapseKey != "k" || m.Android.Priority != "HIGH" || m.Android.Notification.ChannelId != "c" {
			t.Errorf("%s: %v", body, err)
		}
	}
}
