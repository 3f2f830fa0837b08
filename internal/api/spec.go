package api

import _ "embed"

// Spec is openapi.yaml. Only the documentation's page carries it: what nothing refers to is not linked.
//
//go:embed openapi.yaml
var Spec []byte
