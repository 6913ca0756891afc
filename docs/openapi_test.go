package docs_test

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

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
