package catalog

import (
	"net/http"

	"bellwether/internal/entry"
	"bellwether/internal/listen"
	"bellwether/internal/store"
	"bellwether/internal/ticket/desk"
)

// Trackers says how trackers outside are reached.
type Trackers struct {
	HTTP      *http.Client // nil: as Adapters.Outbound allows
	GitHubURL string       // of its API; "": GitHub's own
}

func (a Adapters) syncTickets() *entry.Listener {
	client := a.Trackers.HTTP
	if client == nil {
		client = a.Outbound.NewClient()
	}
	return listen.SyncTickets(listen.TicketSync{
		Incidents: store.Incidents{Table: a.Table}, PublicURL: a.PublicURL, Park: store.Parked{Table: a.Table}, Now: a.Now,
		Desk: desk.Desk{
			Settings: store.Trackers{Table: a.Table}, Builtin: store.Tickets{Table: a.Table}, Sealer: a.Tokens,
			GitHubURL: a.Trackers.GitHubURL, HTTP: client, Now: a.Now,
		},
	})
}
