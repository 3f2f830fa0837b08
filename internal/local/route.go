package local

import (
	"net/url"
	"strings"
)

type route struct {
	method   string
	segments []string // "{name}" for a variable
	key      string   // "GET /v1/campaigns/{campaignId}"
	function string
	public   bool
}

// route finds the route of a request: one without variables before one with.
func (p plan) route(method, escapedPath string) (found route, params map[string]string, ok bool) {
	best := -1
	for _, r := range p.routes {
		if r.method != method && r.method != "ANY" {
			continue
		}
		values, matches := r.match(strings.Split(escapedPath, "/"))
		if matches && (best < 0 || len(values) < best) {
			found, params, ok, best = r, values, true, len(values)
		}
	}
	return found, params, ok
}

func (r route) match(path []string) (map[string]string, bool) {
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
			values[strings.TrimSuffix(name, "}")] = value
		case segment != path[i]:
			return nil, false
		}
	}
	return values, true
}
