package platform

import "bellwether/internal/fault"

// Connectors are the connectors that a process has, by platform.
type Connectors map[string]Connector

// For is the platform's connector; fault.Invalid for a platform without one.
func (c Connectors) For(platform string) (Connector, error) {
	if connector, ok := c[platform]; ok {
		return connector, nil
	}
	return nil, fault.InvalidFields(fault.Field{Name: "platform", Message: "must be one that can be connected: meta, google, linkedin, tiktok"})
}
