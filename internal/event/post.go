package event

import "time"

// PostScheduled says that a post will be published.
type PostScheduled struct {
	PostID       string       `json:"postId"`
	CampaignID   string       `json:"campaignId,omitempty"`
	ScheduledFor time.Time    `json:"scheduledFor"`
	TimeZone     string       `json:"timeZone"` // IANA, the author's
	Targets      []PostTarget `json:"targets"`
	Summary      string       `json:"summary"` // the first 100 characters
	AuthorID     string       `json:"authorId"`
}

// PostTarget is one account that a post goes to.
type PostTarget struct {
	TargetID      string `json:"targetId"`
	Platform      string `json:"platform"`
	IntegrationID string `json:"integrationId"`
}

// PostPublished says that a post is out on every target that is listed.
type PostPublished struct {
	PostID     string            `json:"postId"`
	CampaignID string            `json:"campaignId,omitempty"`
	Targets    []PublishedTarget `json:"targets"`
}

// PublishedTarget is where a post can be found.
type PublishedTarget struct {
	TargetID    string    `json:"targetId"`
	Platform    string    `json:"platform"`
	RemoteID    string    `json:"remoteId"`
	Permalink   string    `json:"permalink,omitempty"`
	PublishedAt time.Time `json:"publishedAt"`
}

// PostFailed says that a post did not go out on one target.
type PostFailed struct {
	PostID        string     `json:"postId"`
	Target        PostTarget `json:"target"`
	ErrorClass    string     `json:"errorClass"`
	Message       string     `json:"message"` // at most 500 characters, no secrets
	Attempt       int        `json:"attempt"`
	WillRetry     bool       `json:"willRetry"`
	NextAttemptAt *time.Time `json:"nextAttemptAt"`
	Summary       string     `json:"summary"` // the first 100 characters of the post
	AuthorID      string     `json:"authorId"`
}

// PostCancelled says that a post does not go out where it is not out yet.
type PostCancelled struct {
	PostID     string `json:"postId"`
	CampaignID string `json:"campaignId,omitempty"`
	Summary    string `json:"summary"` // the first 100 characters
	AuthorID   string `json:"authorId"`
}

// PostAtRisk says, before a post is due, that it would fail as things stand.
type PostAtRisk struct {
	PostID       string       `json:"postId"`
	ScheduledFor time.Time    `json:"scheduledFor"`
	TimeZone     string       `json:"timeZone"`
	Minutes      int          `json:"minutes"` // before it is due: 60 or 10
	Targets      []RiskTarget `json:"targets"`
	Summary      string       `json:"summary"`
	AuthorID     string       `json:"authorId"`
}

// RiskTarget is one target and what stands in its way.
type RiskTarget struct {
	TargetID    string   `json:"targetId"`
	Platform    string   `json:"platform"`
	AccountName string   `json:"accountName"`
	Problems    []string `json:"problems"` // for people
}

// PostFailureResolved says that a person took care of what had failed for good.
type PostFailureResolved struct {
	PostID string     `json:"postId"`
	Target PostTarget `json:"target"`
}

func (PostFailureResolved) EventType() string { return "PostFailureResolved" }
func (PostFailureResolved) EventVersion() int { return 1 }

func (PostCancelled) EventType() string { return "PostCancelled" }
func (PostCancelled) EventVersion() int { return 1 }
func (PostAtRisk) EventType() string    { return "PostAtRisk" }
func (PostAtRisk) EventVersion() int    { return 1 }

func (PostScheduled) EventType() string { return "PostScheduled" }
func (PostScheduled) EventVersion() int { return 1 }
func (PostPublished) EventType() string { return "PostPublished" }
func (PostPublished) EventVersion() int { return 1 }
func (PostFailed) EventType() string    { return "PostFailed" }
func (PostFailed) EventVersion() int    { return 1 }
