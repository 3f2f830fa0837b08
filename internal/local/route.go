package local

import (
	"net/url"
	"slices"
	"strings"
)

type route struct {
	method   string
	segments []string // "{name}" for a variable
	key      string   // "GET /v1/campaigns/{campaignId}"
	function string
	public   bool
}

// greedy weighs more than any number of variables: API Gateway takes a route with {name+} last.
const greedy = 100

// route finds the route of a request: one without variables before one with.
func (p plan) route(method, escapedPath string) (found route, params map[string]string, ok bool) {
	best := -1
	for _, r := range p.routes {
		if r.method != method && r.method != "ANY" {
			continue
		}
		values, matches := r.match(strings.Split(escapedPath, "/"))
		weight := len(values)
		if r.greedy() {
			weight = greedy - len(r.segments)
		}
		if matches && (best < 0 || weight < best) {
			found, params, ok, best = r, values, true, weight
		}
	}
	return found, params, ok
}

// greedy tells a route whose last segment takes the rest of the path.
func (r route) greedy() bool { return strings.HasSuffix(r.segments[len(r.segments)-1], "+}") }

func (r route) match(path []string) (map[string]string, bool) {
	if last := len(r.segments) - 1; r.greedy() && len(path) > last {
		path = append(slices.Clone(path[:last]), strings.Join(path[last:], "/"))
	}
	if len(path) != len(r.segments) {
		return nil, false
	}
	values := map[string]string{}
	for i, segment := range r.segments {
		name, variable := strings.CutPrefix(segment, "{")
		switch {
		case variable && path[i] != "":
			value, err := url.PathUnescape(path[i])
			if err != nil {
				return nil, false
			}
			values[strings.TrimRight(name, "+}")] = value
		case segment != path[i]:
			return nil, false
		}
	}
	return values, true
}
