package platform

import "bellwether/internal/fault"

// Connectors are the connectors that a process has, by platform.
type Connectors map[string]Party

// For is the platform's connector; fault.Invalid for a platform without one.
func (c Connectors) For(platform string) (Party, error) {
	if connector, ok := c[platform]; ok {
		return connector, nil
	}
	return nil, unknown("meta, google, linkedin, tiktok, facebook, instagram, linkedin_page, x, mastodon, bluesky")
}

// Ads is the connector of a platform with ad accounts.
func (c Connectors) Ads(platform string) (Connector, error) {
	if connector, ok := c[platform].(Connector); ok {
		return connector, nil
	}
	return nil, unknown("meta, google, linkedin, tiktok")
}

// Publisher is the connector of a platform that takes posts.
func (c Connectors) Publisher(platform string) (Publisher, error) {
	if connector, ok := c[platform].(Publisher); ok {
		return connector, nil
	}
	return nil, unknown("facebook, instagram, linkedin_page, x, mastodon, bluesky")
}

// Posts reports whether a platform is one that takes posts.
func Posts(platform string) bool {
	switch platform {
	case Facebook, Instagram, LinkedInPage, X, Mastodon, Bluesky:
		return true
	}
	return false
}

func unknown(platforms string) error {
	return fault.InvalidFields(fault.Field{Name: "platform", Message: "must be one that can be connected: " + platforms})
}
