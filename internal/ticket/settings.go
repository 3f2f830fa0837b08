package ticket

import (
	"strings"
	"time"

	"bellwether/internal/fault"
)

// Settings say which tracker an organisation uses. The zero value is the one that comes with the system.
type Settings struct {
	OrgID       string    `json:"orgId"`
	Kind        string    `json:"kind"`
	BaseURL     string    `json:"baseUrl,omitempty"`   // of a Jira site
	Project     string    `json:"project,omitempty"`   // "OPS", or a repository "acme/shop"
	IssueType   string    `json:"issueType,omitempty"` // Jira: "": Task
	Email       string    `json:"email,omitempty"`     // Jira: of the account that the token is of
	Sealed      []byte    `json:"sealed,omitempty"`    // the token, and the key of webhooks
	LastError   string    `json:"lastError,omitempty"` // why the tracker took no ticket, the last time
	LastErrorAt time.Time `json:"lastErrorAt,omitzero"`
	ChangedBy   string    `json:"changedBy,omitempty"` // the id of the last change's cause: two that read alike are still two
	UpdatedAt   time.Time `json:"updatedAt,omitzero"`
	Version     int64     `json:"-"`
}

// Keys are what is secret about a tracker.
type Keys struct {
	Token string `json:"t"`
	Hook  string `json:"h"`
}

// Binding ties sealed keys to their organisation: they can't be opened for another one.
func Binding(orgID string) map[string]string {
	return map[string]string{"orgId": orgID, "purpose": "tracker"}
}

const (
	maxEmail = 254
	maxType  = 60
	maxURL   = 200
)

// Check refuses settings that can't work. check judges the address of a site, project what may be the name
// of a project.
func (s Settings) Check(check, project func(string) error) error {
	var bad []fault.Field
	refuse := func(name, message string) { bad = append(bad, fault.Field{Name: name, Message: message}) }
	if s.Kind != Jira {
		for name, text := range map[string]string{"baseUrl": s.BaseURL, "email": s.Email, "issueType": s.IssueType} {
			if text != "" {
				refuse(name, "is of Jira only")
			}
		}
	} else {
		if err := check(s.BaseURL); err != nil || len(s.BaseURL) > maxURL || strings.ContainsAny(s.BaseURL, "?#") {
			refuse("baseUrl", "must be the https address of a Jira site, like https://acme.atlassian.net")
		}
		if at := strings.IndexByte(s.Email, '@'); at < 1 || len(s.Email) > maxEmail || strings.ContainsAny(s.Email, ": \r\n") {
			refuse("email", "must be the address of the account that the token is of")
		}
		if len(s.IssueType) > maxType {
			refuse("issueType", "must be at most 60 bytes")
		}
	}
	if s.Kind == Builtin && s.Project != "" {
		refuse("project", "is of GitHub and Jira only")
	}
	if s.Kind != Builtin && project(s.Project) != nil {
		refuse("project", `must be a repository like "acme/shop" (GitHub), or a project's key like "OPS" (Jira)`)
	}
	if len(bad) > 0 {
		return fault.InvalidFields(bad...)
	}
	return nil
}

// SameDoor reports whether a token of was may be used at s: one that was given for another door must not be
// shown there.
func (s Settings) SameDoor(was Settings) bool {
	return s.Kind == was.Kind && s.BaseURL == was.BaseURL && s.Email == was.Email
}

// Noted is the settings with what became of the last call: text is why it was refused, "" when it went well.
func (s Settings) Noted(text string, at time.Time) Settings {
	if s.LastError == text {
		return s
	}
	s.LastError, s.LastErrorAt = text, time.Time{}
	if text != "" {
		s.LastErrorAt = at.UTC()
	}
	s.Version++
	return s
}
