package api

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/money"
)

// maxFaults is how many wrong fields are told at once.
const maxFaults = 50

var (
	unmarshaler = reflect.TypeFor[json.Unmarshaler]()
	nullable    = reflect.TypeFor[interface{ valueType() reflect.Type }]()
)

// examples are the values of types that read themselves.
var examples = map[reflect.Type]string{
	reflect.TypeFor[time.Time]():    "a time like 2026-11-30T14:05:00Z",
	reflect.TypeFor[money.Amount](): `an amount like {"amount": "150.00", "currency": "USD"}`,
}

// misfits are the places where a JSON value (with json.Number for numbers) does not fit the type:
// every one of them with its path, where encoding/json would tell the first by its last name and
// take "NAME" for "name".
func misfits(value any, t reflect.Type, path string) []fault.Field {
	switch {
	case t.Implements(nullable):
		if value == nil {
			return nil
		}
		return misfits(value, reflect.Zero(t).Interface().(interface{ valueType() reflect.Type }).valueType(), path)
	case t.Kind() == reflect.Pointer:
		if value == nil {
			return nil // as if it were not there
		}
		return misfits(value, t.Elem(), path)
	case reflect.PointerTo(t).Implements(unmarshaler):
		return unreadable(value, t, path)
	}
	switch v := value.(type) {
	case map[string]any:
		if t.Kind() == reflect.Struct {
			return misfitFields(v, t, path)
		}
	case []any:
		if t.Kind() == reflect.Slice {
			return misfitItems(v, t, path)
		}
	case nil:
		if t.Kind() == reflect.Slice {
			return nil
		}
	case string:
		if t.Kind() == reflect.String {
			return nil
		}
	case bool:
		if t.Kind() == reflect.Bool {
			return nil
		}
	case json.Number:
		if fits(v, t) {
			return nil
		}
	}
	if t.Kind() == reflect.Interface {
		return nil
	}
	return []fault.Field{{Name: path, Message: "must be " + jsonName(t) + ", not " + nameOf(value)}}
}

func misfitFields(object map[string]any, t reflect.Type, path string) []fault.Field {
	known := make(map[string]reflect.Type, t.NumField())
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		known[name] = t.Field(i).Type
	}
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	var bad []fault.Field
	for _, name := range names {
		at := name
		if path != "" {
			at = path + "." + name
		}
		if field, ok := known[name]; ok {
			bad = append(bad, misfits(object[name], field, at)...)
		} else {
			bad = append(bad, fault.Field{Name: at, Message: "there is no such field"})
		}
	}
	return bad
}

func misfitItems(items []any, t reflect.Type, path string) []fault.Field {
	var bad []fault.Field
	for i, item := range items {
		if bad = append(bad, misfits(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i))...); len(bad) > maxFaults {
			return bad
		}
	}
	return bad
}

// unreadable asks a type that reads itself whether it takes the value.
func unreadable(value any, t reflect.Type, path string) []fault.Field {
	text, err := json.Marshal(value)
	if err == nil && value != nil {
		err = json.Unmarshal(text, reflect.New(t).Interface())
	}
	if err == nil && value != nil {
		return nil
	}
	example, ok := examples[t]
	if !ok {
		example = jsonName(t)
	}
	return []fault.Field{{Name: path, Message: "must be " + example}}
}

func fits(n json.Number, t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		_, err := strconv.ParseInt(n.String(), 10, t.Bits())
		return err == nil
	case reflect.Float32, reflect.Float64:
		_, err := strconv.ParseFloat(n.String(), t.Bits())
		return err == nil
	default:
		return false
	}
}

// jsonName is what JSON calls values of the type.
func jsonName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return jsonName(t.Elem())
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Float32, reflect.Float64:
		return "a number"
	default:
		return "a whole number"
	}
}

func nameOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case bool:
		return strconv.FormatBool(v)
	case []any:
		return "an array"
	case map[string]any:
		return "an object"
	default:
		return fmt.Sprintf("%.30v", value)
	}
}
