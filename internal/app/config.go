// Package app is the shell of every function: configuration from the environment, and Main.
// It imports no service client, so a function pays at init only for those that it uses itself.
package app

import (
	"crypto/rand"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"bellwether/internal/obs"
	"bellwether/internal/secret"
)

// The environment variables that template.yaml sets.
const (
	EnvTable          = "TABLE_NAME"
	EnvBus            = "BUS_NAME"
	EnvBudgetTopic    = "BUDGET_TOPIC_ARN"
	EnvFailureTopic   = "FAILURE_TOPIC_ARN"
	EnvSyncQueue      = "SYNC_QUEUE_URL"
	EnvAlertQueue     = "ALERT_QUEUE_URL"
	EnvDeadQueues     = "DEAD_LETTER_QUEUE_URLS"
	EnvTokenKey       = "TOKEN_KEY_ARN"
	EnvPlatforms      = "PLATFORMS"
	EnvPublicURL      = "PUBLIC_URL"
	EnvCursorKey      = "CURSOR_KEY"
	EnvIssuer         = "JWT_ISSUER"
	EnvAudience       = "JWT_AUDIENCE"
	EnvGitHubURL      = "GITHUB_URL"
	EnvTimerRole      = "TIMER_ROLE_ARN"
	EnvTimerGroup     = "TIMER_GROUP"
	EnvTimerTargets   = "TIMER_TARGETS"
	EnvTimerDeadQueue = "TIMER_DEAD_LETTER_ARN"
)

// EnvNames are the variables that a function may find in its environment; the template's
// test holds template.yaml to them.
func EnvNames() []string {
	return []string{
		EnvTable, EnvBus, EnvBudgetTopic, EnvFailureTopic, EnvSyncQueue, EnvAlertQueue, EnvDeadQueues, EnvTokenKey, EnvPlatforms, EnvPublicURL,
		EnvCursorKey, EnvIssuer, EnvAudience, EnvGitHubURL,
		EnvTimerRole, EnvTimerGroup, EnvTimerTargets, EnvTimerDeadQueue,
	}
}

// Config is what a function's main wires adapters from. A field whose variable is not set is
// empty: each function is given only what it needs.
type Config struct {
	AWS             aws.Config
	HTTP            *http.Client // the one of the process, also inside AWS
	Function        string
	Table           string
	BusName         string
	BudgetTopicARN  string
	FailureTopicARN string
	SyncQueueURL    string
	AlertQueueURL   string
	DeadQueueURLs   map[string]string // of the listeners' dead-letter queues, by listener
	TokenKeyARN     string            // the KMS key that seals the tokens of connected accounts
	Platforms       secret.Text       // who we are at the ad platforms, see connectors.Read
	PublicURL       string            // where people's browsers find us: https://api.example.com; "" for where a request came in
	CursorKey       secret.Text
	Issuer          string
	Audience        string
	GitHubURL       string // of its API
	Timers          Timers
	Now             func() time.Time
	Random          io.Reader
	Observer        *obs.Observer
}

// Timers says where EventBridge Scheduler keeps timers and whom they wake.
type Timers struct {
	RoleARN       string            // the role under which the Scheduler invokes
	Group         string            // the schedule group
	DeadLetterARN string            // the queue of timers that could not invoke
	Targets       map[string]string // function name -> ARN
}

// Load reads the configuration; lookup is os.Getenv, and out takes the log.
func Load(lookup func(string) string, out io.Writer) (Config, error) {
	targets, err := parseTargets(EnvTimerTargets, lookup(EnvTimerTargets))
	if err != nil {
		return Config{}, err
	}
	deadQueues, err := parseTargets(EnvDeadQueues, lookup(EnvDeadQueues))
	if err != nil {
		return Config{}, err
	}
	client := newHTTPClient()
	awsConfig, err := loadAWS(lookup, client)
	if err != nil {
		return Config{}, err
	}
	return Config{
		AWS:             awsConfig,
		HTTP:            client,
		Function:        lookup("AWS_LAMBDA_FUNCTION_NAME"),
		Table:           lookup(EnvTable),
		BusName:         lookup(EnvBus),
		BudgetTopicARN:  lookup(EnvBudgetTopic),
		FailureTopicARN: lookup(EnvFailureTopic),
		SyncQueueURL:    lookup(EnvSyncQueue),
		AlertQueueURL:   lookup(EnvAlertQueue),
		DeadQueueURLs:   deadQueues,
		TokenKeyARN:     lookup(EnvTokenKey),
		Platforms:       secret.NewText(lookup(EnvPlatforms)),
		PublicURL:       lookup(EnvPublicURL),
		CursorKey:       secret.NewText(lookup(EnvCursorKey)),
		Issuer:          lookup(EnvIssuer),
		Audience:        lookup(EnvAudience),
		GitHubURL:       lookup(EnvGitHubURL),
		Timers: Timers{
			RoleARN:       lookup(EnvTimerRole),
			Group:         lookup(EnvTimerGroup),
			DeadLetterARN: lookup(EnvTimerDeadQueue),
			Targets:       targets,
		},
		Now:      time.Now,
		Random:   rand.Reader,
		Observer: obs.New(out),
	}, nil
}
