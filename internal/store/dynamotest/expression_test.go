package dynamotest

import "testing"

func TestHolds(t *testing.T) {
	stored := item{"PK": text("p"), "version": number(10), "expiresAt": number(100)}
	at := func(n int64) item { return item{":n": number(n)} }
	tests := []struct {
		condition string
		values    item
		on        item
		want      bool
	}{
		{"", nil, stored, true},
		{"attribute_not_exists(PK)", nil, nil, true},
		{"attribute_not_exists(PK)", nil, stored, false},
		{"attribute_exists(PK)", nil, stored, true},
		{"version = :n", at(10), stored, true},
		{"version = :n", at(9), stored, false},
		{"version = :n", at(10), nil, false},
		{"version < :n", at(100), stored, true}, // as numbers, not as texts
		{"version <= :n", at(10), stored, true},
		{"version > :n", at(10), stored, false},
		{"asOf < :n", at(1), stored, false}, // what is not there compares with nothing
		{"PK = :n", at(1), stored, false},
		{"attribute_not_exists(PK) OR version = :n", at(10), stored, true},
		{"attribute_exists(PK) AND version = :n", at(9), stored, false},
		{"attribute_exists(PK) OR attribute_exists(PK) AND version = :n", at(9), stored, true}, // AND binds first
		{"(attribute_exists(PK) OR attribute_exists(PK)) AND version = :n", at(9), stored, false},
	}
	for _, tt := range tests {
		if got, err := holds(tt.condition, tt.values, tt.on); err != nil || got != tt.want {
			t.Errorf("%q on %v: %v, %v", tt.condition, tt.on, got, err)
		}
	}
}

func TestWhatIsNotUnderstoodIsRefused(t *testing.T) {
	at := item{":n": number(1)}
	for condition, values := range map[string]item{
		"version = :m":                     at,
		"version <> :n":                    at,
		"version = :n AND":                 at,
		"(version = :n":                    at,
		"version = :n extra":               at,
		"attribute_exists(PK)":             at, // :n is not used
		"":                                 at,
		"contains(PK, :n)":                 at,
		"attribute_not_exists PK":          nil,
		"size(doc) > :n OR version = :n )": at,
	} {
		if _, err := holds(condition, values, nil); err == nil {
			t.Errorf("%q was understood", condition)
		}
	}
}
