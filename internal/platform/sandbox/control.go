package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"bellwether/internal/money"
)

// control serves what a person does at the platforms, and what goes wrong there.
func (s *Server) control() {
	s.mux.HandleFunc("GET /_sandbox/state", s.showState)
	s.mux.HandleFunc("GET /_sandbox/images/{name}", showImage)
	s.mux.HandleFunc("POST /_sandbox/faults", s.post(func(in order) error {
		if !slices.Contains(Kinds, in.Kind) {
			return fmt.Errorf("kind must be one of %v", Kinds)
		}
		s.Arm(in.Platform, in.Op, in.Kind, in.Times)
		return nil
	}))
	s.mux.HandleFunc("DELETE /_sandbox/faults", func(w http.ResponseWriter, _ *http.Request) {
		s.Clear()
		w.WriteHeader(http.StatusNoContent)
	})
	s.mux.HandleFunc("POST /_sandbox/results", s.post(s.spend))
	s.mux.HandleFunc("POST /_sandbox/campaigns/status", s.post(func(in order) error {
		ok := s.world.Change(in.Platform, in.CampaignID, func(c *Campaign) { c.Status = in.Status })
		if !ok || in.Status == "" {
			return fmt.Errorf("campaignId and status must name a campaign of %s and its status there", in.Platform)
		}
		s.world.Note(Call{Platform: in.Platform, Op: "by hand", CampaignID: in.CampaignID, Value: in.Status})
		return nil
	}))
	s.mux.HandleFunc("POST /_sandbox/revoke", s.post(func(in order) error { s.world.RevokeAll(in.Platform); return nil }))
	s.mux.HandleFunc("POST /_sandbox/expire", s.post(func(in order) error { s.world.Expire(in.Platform); return nil }))
	s.mux.HandleFunc("POST /_sandbox/webhook", s.sendWebhook)
	s.mux.HandleFunc("GET /{$}", s.page)
}

// order is a body of the control's calls.
type order struct {
	Platform    string `json:"platform"`
	Op          string `json:"op"`
	Kind        string `json:"kind"`
	Times       int    `json:"times"`
	CampaignID  string `json:"campaignId"`
	Status      string `json:"status"`
	Date        string `json:"date"`  // "": today
	Spend       string `json:"spend"` // major units
	Impressions int64  `json:"impressions"`
	Clicks      int64  `json:"clicks"`
	Conversions int64  `json:"conversions"`
	Revenue     string `json:"revenue"`
	URL         string `json:"url"`
}

// post reads an order, from JSON or from a form of the page, and carries it out.
func (s *Server) post(do func(order) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		in, err := readOrder(r)
		if err == nil && !slices.Contains(Platforms(), in.Platform) {
			err = fmt.Errorf("platform must be one of %s", strings.Join(Platforms(), ", "))
		}
		if err == nil {
			err = do(in)
		}
		switch {
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadRequest)
		case isForm(r):
			http.Redirect(w, r, "/", http.StatusSeeOther)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	}
}

// isForm reports whether the page's own form asks.
func isForm(r *http.Request) bool { return r.PostForm.Has("platform") }

// readOrder reads the body: JSON whatever it is called (curl calls everything a form), or a form of the page.
func readOrder(r *http.Request) (in order, err error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	if err != nil {
		return in, err
	}
	if trimmed := bytes.TrimSpace(body); len(trimmed) > 0 && trimmed[0] == '{' {
		d := json.NewDecoder(bytes.NewReader(trimmed))
		d.DisallowUnknownFields()
		return in, d.Decode(&in)
	}
	if r.PostForm, err = url.ParseQuery(string(body)); err != nil {
		return in, err
	}
	return order{
		Platform: r.PostForm.Get("platform"), Op: r.PostForm.Get("op"), Kind: r.PostForm.Get("kind"), CampaignID: r.PostForm.Get("campaignId"),
		Status: r.PostForm.Get("status"), Date: r.PostForm.Get("date"), Spend: r.PostForm.Get("spend"),
	}, nil
}

func (s *Server) spend(in order) error {
	c, ok := s.world.Campaign(in.Platform, in.CampaignID)
	if !ok {
		return fmt.Errorf("campaignId must name a campaign of %s", in.Platform)
	}
	account, _ := s.world.Account(in.Platform, c.AccountID)
	r := Result{Date: in.Date, Impressions: in.Impressions, Clicks: in.Clicks, ConversionMicros: in.Conversions * money.Micro}
	if r.Date == "" {
		r.Date = s.world.Today(account)
	}
	for text, to := range map[string]*int64{in.Spend: &r.SpendMicros, in.Revenue: &r.RevenueMicros} {
		if text == "" {
			continue
		}
		amount, err := money.Parse(text, account.Currency)
		if err != nil {
			return fmt.Errorf("spend and revenue must be decimal numbers: %w", err)
		}
		*to = amount.Micros
	}
	s.world.AddResult(in.Platform, in.CampaignID, r)
	return nil
}

// sendWebhook sends a signed delivery to an address of ours.
func (s *Server) sendWebhook(w http.ResponseWriter, r *http.Request) {
	in, err := readOrder(r)
	a, ok := s.apis[in.Platform]
	if err != nil || !ok || a.hook == nil || in.URL == "" {
		http.Error(w, "platform and url must name a platform that sends webhooks, and where to", http.StatusBadRequest)
		return
	}
	body, header := a.hook(s.world.now(), in.Kind)
	out, err := http.NewRequestWithContext(r.Context(), http.MethodPost, in.URL, bytes.NewReader(body))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	out.Header = header
	client := &http.Client{Timeout: 5 * time.Second}
	answer, err := client.Do(out)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	answer.Body.Close()
	fmt.Fprintf(w, "answered %d\n", answer.StatusCode)
}

// shown is a campaign as the state shows it.
type shown struct {
	Campaign
	Budget string `json:"budget,omitempty"`
	Spend  string `json:"spend"` // to date
}

func (s *Server) campaigns() (list []shown) {
	for _, name := range Platforms() {
		for _, a := range s.world.Accounts(name) {
			for _, c := range s.world.Campaigns(name, a.ID) {
				var spend int64
				for _, r := range s.world.Results(name, c.ID, "0000-01-01", "9999-12-31") {
					spend += r.SpendMicros
				}
				one := shown{Campaign: c, Spend: money.Of(spend, a.Currency).String()}
				if c.BudgetMicros > 0 {
					one.Budget = money.Of(c.BudgetMicros, a.Currency).String() + " " + c.BudgetKind
				}
				list = append(list, one)
			}
		}
	}
	return list
}

func (s *Server) showState(w http.ResponseWriter, _ *http.Request) {
	type grant struct {
		Platform  string    `json:"platform"`
		ExpiresAt time.Time `json:"expiresAt,omitzero"`
		Revoked   bool      `json:"revoked"`
	}
	out := struct {
		Accounts  []Account `json:"accounts"`
		Campaigns []shown   `json:"campaigns"`
		Grants    []grant   `json:"grants"`
		Posts     []Post    `json:"posts"`
		Log       []Call    `json:"log"`
	}{Campaigns: s.campaigns(), Log: s.world.Log(), Grants: []grant{}}
	for _, name := range Platforms() {
		out.Accounts = append(out.Accounts, s.world.Accounts(name)...)
		out.Posts = append(out.Posts, s.world.Posts(name, "")...)
		for _, g := range s.world.Grants(name) {
			out.Grants = append(out.Grants, grant{name, g.ExpiresAt, g.Revoked})
		}
	}
	w.Header().Set("Content-Type", "application/json")
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	_ = e.Encode(out)
}
