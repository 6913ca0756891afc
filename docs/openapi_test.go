package docs_test

import (
	"encoding/base64"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/docs"
)

func load(t *testing.T, text string) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTheFileIsValidOpenAPIWithItsExamples(t *testing.T) {
	t.Parallel()
	doc := load(t, docs.OpenAPI)
	if err := doc.Validate(t.Context(), openapi3.EnableExamplesValidation(), openapi3.EnableMultiError()); err != nil {
		t.Error(err)
	}
}

func TestTheExampleOfADocumentIsOne(t *testing.T) {
	t.Parallel()
	example := load(t, docs.OpenAPI).Components.Responses["PendingAnswer"].Value.Content["application/json"].Example
	entry := example.(map[string]any)["approvals"].([]any)[0].(map[string]any)
	b, err := base64.RawURLEncoding.DecodeString(entry["document"].(string))
	if err != nil {
		t.Fatal(err)
	}
	document, err := approval.ParseDocument(b)
	if err != nil {
		t.Fatal(err)
	}
	if document.ID != entry["id"] {
		t.Errorf("the document is of %s, the entry of %s", document.ID, entry["id"])
	}
}
