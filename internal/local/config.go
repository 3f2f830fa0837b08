package local

import (
	"context"
	"io"
	"os"
	"time"

	"bellwether/internal/catalog"
	"bellwether/internal/channel"
	"bellwether/internal/outbound"
	"bellwether/internal/parallel"
	"bellwether/internal/platform"
	"bellwether/internal/produce"
	"bellwether/internal/sam"
	"bellwether/internal/store"
)

// Config says what to run.
type Config struct {
	Template *sam.Template
	Dir      string           // where the state is kept
	Now      func() time.Time // nil: the real time
	Virtual  bool             // Now is not the real time: invocations have no deadline
	NoSync   bool             // do not wait for the disk: for demonstrations and tests
	Log      io.Writer        // the functions' log lines; nil: dir/functions.log
	Report   io.Writer        // the runner's own messages; nil: standard error
	Speed    float64          // how many times faster than on AWS failed work is tried again; 0: as on AWS
	Pause    func(ctx context.Context, d time.Duration) error
	Table    store.Table                               // a table elsewhere; nil: the embedded one
	Source   func(*Checkpoints) Source                 // the stream of Table
	Catalog  func(catalog.Adapters) []catalog.Function // what runs; nil: all of the catalogue

	Connectors platform.Connectors       // of the ad platforms; nil: none can be connected
	Images     produce.Images            // of posts; nil: fetched from anywhere, this machine included
	Senders    map[string]channel.Sender // to channels, by kind; nil: over HTTP, to anywhere
	Trackers   catalog.Trackers          // outside
	PublicURL  string                    // where browsers find the system: http://localhost:8080; "": where a request came in
}

func (c Config) withDefaults() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Pause == nil {
		c.Pause = parallel.Sleep
	}
	if c.Report == nil {
		c.Report = os.Stderr
	}
	if c.Speed == 0 {
		c.Speed = 1
	}
	if c.Images == nil {
		// The sandbox of this machine has images too.
		c.Images = outbound.NewFetcher(outbound.Guard{Private: true})
	}
	if c.Catalog == nil {
		c.Catalog = catalog.Functions
	}
	return c
}
