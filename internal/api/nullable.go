package api

import (
	"encoding/json"
	"reflect"
)

// Nullable is a field of a request that may be left out, null or a value.
type Nullable[T any] struct {
	Set   bool // the field was there
	Value *T   // nil: it was null
}

// UnmarshalJSON implements json.Unmarshaler: it is called for null too.
func (n *Nullable[T]) UnmarshalJSON(b []byte) error {
	n.Set = true
	return json.Unmarshal(b, &n.Value)
}

// valueType is the type of a value that is not null.
func (Nullable[T]) valueType() reflect.Type { return reflect.TypeFor[T]() }
