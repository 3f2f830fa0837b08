package lambdatest

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bellwether/internal/app"
	"bellwether/internal/awstest"
	"bellwether/internal/deadletter"
	"bellwether/internal/event"
	"bellwether/internal/sam"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/store/dynamotest"
	"bellwether/internal/tenant"
)

// World is what built functions find around them: AWS's services over HTTP, a table in which the
// samples' campaign is, and the environment that the template gives them. Close it after use.
type World struct {
	Table    store.Table
	template *sam.Template
	root     string
	dir      string
	table    *bolt.Table
	dynamo   *dynamotest.Server
	aws      *awstest.Server
	apiKey   string
}

// NewWorld makes a world for the functions of the module at root.
func NewWorld(ctx context.Context, root string) (*World, error) {
	template, err := sam.Load(filepath.Join(root, "template.yaml"))
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "bellwether-world")
	if err != nil {
		return nil, err
	}
	table, err := bolt.Open(filepath.Join(dir, "table.db"), bolt.Options{Now: dynamotest.BeforeAll, NoSync: true})
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	w := &World{
		Table: table, template: template, root: root, dir: dir, table: table,
		dynamo: dynamotest.New(table), aws: awstest.New(),
	}
	if err := w.seed(ctx); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

func (w *World) seed(ctx context.Context) error {
	if err := Seed(ctx, w.Table, 3); err != nil {
		return err
	}
	now := time.Now()
	owner := tenant.Principal{ID: UserID, OrgID: OrgID, Role: tenant.Owner, Actor: "user/" + UserID}
	key, text, err := tenant.NewAPIKey(owner, event.Derive("test key"), "test", tenant.Admin, 1, now, rand.Reader)
	if err != nil {
		return err
	}
	w.apiKey = text
	return store.Tenants{Table: w.Table}.CreateKey(ctx, key, event.Edge(event.Derive("make key"), owner.Actor, now))
}

// Close ends the services and forgets the table.
func (w *World) Close() {
	w.dynamo.Close()
	w.aws.Close()
	w.table.Close()
	os.RemoveAll(w.dir)
}

// Env is the environment of a function: the template's own, and what Lambda adds.
func (w *World) Env(name string) []string {
	env := []string{
		"AWS_REGION=eu-central-1",
		"AWS_ACCESS_KEY_ID=AKIDEXAMPLE",
		"AWS_SECRET_ACCESS_KEY=example",
		"AWS_SESSION_TOKEN=example",
		"AWS_LAMBDA_FUNCTION_NAME=" + name,
		"AWS_ENDPOINT_URL=" + w.aws.URL,
		"AWS_ENDPOINT_URL_DYNAMODB=" + w.dynamo.URL,
	}
	f, ok := w.function(name)
	if !ok { // one that is only there for comparison
		return append(env, app.EnvTable+"=bellwether")
	}
	for variable, value := range f.Env {
		// CloudFormation puts the secret in place of its reference.
		if variable == app.EnvPlatforms {
			value = `{"meta":{"clientId":"1","clientSecret":"secret","verifyToken":"token"},"google":{"clientId":"2","clientSecret":"secret"}}`
		} else if strings.HasPrefix(value, "{{resolve:secretsmanager:") {
			value = base64.StdEncoding.EncodeToString(make([]byte, 32))
		}
		env = append(env, variable+"="+value)
	}
	return env
}

func (w *World) function(name string) (sam.Function, bool) {
	i := slices.IndexFunc(w.template.Functions, func(f sam.Function) bool { return f.Name == name })
	if i < 0 {
		return sam.Function{}, false
	}
	return w.template.Functions[i], true
}

// Requests is how many requests the services have answered so far.
func (w *World) Requests() int {
	n := len(w.aws.Calls())
	for _, calls := range w.dynamo.Counts().Calls {
		n += calls
	}
	return n
}

// Asked are the actions of EventBridge, Scheduler and SNS that were called so far.
func (w *World) Asked() map[string]int {
	asked := map[string]int{}
	for _, c := range w.aws.Calls() {
		asked[c.Action]++
	}
	return asked
}

// Parked are the events of the samples' organisation that the function has parked.
func (w *World) Parked(ctx context.Context, name string) ([]deadletter.Letter, error) {
	list, _, err := store.Parked{Table: w.Table}.List(ctx, OrgID, name, store.MaxPage, "")
	if err != nil {
		return nil, fmt.Errorf("parked by %s: %w", name, err)
	}
	return list, nil
}

// Listeners are the functions that the bus invokes.
func (w *World) Listeners() []string {
	var names []string
	for _, f := range w.template.Functions {
		if len(f.Rules) > 0 {
			names = append(names, f.Name)
		}
	}
	return names
}
