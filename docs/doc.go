// Package docs holds the description of both APIs, for programs that serve or check it.
package docs

import _ "embed"

// OpenAPI is openapi.yaml.
//
//go:embed openapi.yaml
var OpenAPI string
