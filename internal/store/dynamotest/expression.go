package dynamotest

import (
	"fmt"
	"regexp"
)

// expression evaluates a condition on an item, by recursive descent: OR binds weaker than AND, a
// comparison with an attribute that is not there is false.
type expression struct {
	tokens []string
	values item
	used   map[string]bool
	item   item
	err    error
}

var tokenPattern = regexp.MustCompile(`[()]|[<>]=?|=|:?\w+`)

// holds reports whether the condition holds of the item, nil for an absent one. "" always holds.
func holds(condition string, values, on item) (bool, error) {
	if condition == "" {
		if len(values) > 0 {
			return false, invalid("ExpressionAttributeValues without an expression")
		}
		return true, nil
	}
	e := &expression{tokens: tokenPattern.FindAllString(condition, -1), values: values, used: map[string]bool{}, item: on}
	result := e.or()
	if len(e.tokens) > 0 {
		e.fail("the condition goes on with %q", e.tokens[0])
	}
	for name := range values {
		if !e.used[name] {
			e.fail("%s is not used", name)
		}
	}
	if e.err != nil {
		return false, invalid("%q: %v", condition, e.err)
	}
	return result, nil
}

// fail keeps the first error and ends the parsing.
func (e *expression) fail(format string, args ...any) {
	if e.err == nil {
		e.err = fmt.Errorf(format, args...)
	}
	e.tokens = nil
}

func (e *expression) next() string {
	if len(e.tokens) == 0 {
		e.fail("it ends early")
		return ""
	}
	token := e.tokens[0]
	e.tokens = e.tokens[1:]
	return token
}

func (e *expression) skip(word string) bool {
	if len(e.tokens) == 0 || e.tokens[0] != word {
		return false
	}
	e.tokens = e.tokens[1:]
	return true
}

func (e *expression) expect(word string) {
	if !e.skip(word) {
		e.fail("%q is missing", word)
	}
}

func (e *expression) or() bool {
	result := e.and()
	for e.skip("OR") {
		right := e.and() // evaluated in any case: it must be read
		result = result || right
	}
	return result
}

func (e *expression) and() bool {
	result := e.term()
	for e.skip("AND") {
		right := e.term()
		result = result && right
	}
	return result
}

func (e *expression) term() bool {
	switch first := e.next(); first {
	case "(":
		result := e.or()
		e.expect(")")
		return result
	case "attribute_exists", "attribute_not_exists":
		e.expect("(")
		_, exists := e.item[e.next()]
		e.expect(")")
		return exists == (first == "attribute_exists")
	default:
		return e.compare(first)
	}
}

func (e *expression) compare(attribute string) bool {
	operator, name := e.next(), e.next()
	right, given := e.values[name]
	if !given {
		e.fail("%q is not given", name)
		return false
	}
	e.used[name] = true
	left, exists := e.item[attribute]
	if !exists || (left.S == nil) != (right.S == nil) {
		return false
	}
	order, err := left.order(right)
	if err != nil {
		e.fail("%s: %w", name, err)
	}
	switch operator {
	case "=":
		return order == 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	e.fail("the operator %q is not known here", operator)
	return false
}
