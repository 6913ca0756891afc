package docs_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jawort/jawort/webhook"
)

func TestEveryTypeOfWebhookIsDescribedWithItsMembers(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range webhook.Types {
		names := typ.Facts
		if typ.Subject != "" {
			names = append([]string{typ.Subject}, names...)
		}
		members := ""
		if len(names) > 0 {
			members = "`" + strings.Join(names, "`, `") + "`"
		}
		row := fmt.Sprintf("| `%s` | %s | %s |\n", typ.Name, members, typ.Doc)
		if !strings.Contains(string(page), row) {
			t.Errorf("webhooks.md lacks the row %s", row)
		}
	}
	if rows := strings.Count(string(page), "\n| `"); rows != len(webhook.Types) {
		t.Errorf("webhooks.md has %d rows for %d types", rows, len(webhook.Types))
	}
}
