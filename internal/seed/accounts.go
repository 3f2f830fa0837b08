package seed

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// account is a connected account.
type account struct {
	ID            string     `json:"id"`
	Platform      string     `json:"platform"`
	Status        string     `json:"status"`
	LastSuccessAt *time.Time `json:"lastSuccessAt"`
}

// platforms are the sandbox's accounts that get connected: ad accounts, and those for posts.
var platforms = []struct{ name, id string }{
	{"meta", "act_1019283746"}, {"google", "1234567890"}, {"tiktok", "7012345678901234567"},
	{"facebook", "101990000000001"}, {"mastodon", "109252111498807689"},
}

func (s *seeder) accounts(ctx context.Context) error {
	if s.Sandbox == "" {
		return nil
	}
	if err := s.list(ctx); err != nil {
		return err
	}
	for _, p := range platforms {
		if s.account(p.name).ID != "" {
			continue
		}
		if err := s.connect(ctx, p.name, p.id); err != nil {
			return err
		}
	}
	return s.settled(ctx, "a first sync", func() (bool, error) {
		err := s.list(ctx)
		ready := len(s.found) >= len(platforms)
		for _, a := range s.found {
			ready = ready && a.LastSuccessAt != nil
		}
		return ready, err
	})
}

func (s *seeder) list(ctx context.Context) error {
	var list struct {
		Items []account `json:"items"`
	}
	err := s.get(ctx, "/v1/integrations", &list)
	s.found = list.Items
	return err
}

func (s *seeder) account(platform string) account {
	for _, a := range s.found {
		if a.Platform == platform {
			return a
		}
	}
	return account{}
}

// connect goes the way of a person who presses Allow at the platform.
func (s *seeder) connect(ctx context.Context, platform, id string) error {
	var begun struct {
		URL string `json:"authorizationUrl"`
	}
	if _, err := s.send(ctx, http.MethodPost, "/v1/integrations", map[string]any{"platform": platform, "accountId": id}, &begun); err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, begun.URL, strings.NewReader("decision=allow"))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	if err != nil {
		return err
	}
	w.Body.Close()
	back, err := url.Parse(w.Header.Get("Location"))
	if err != nil || back.Path == "" {
		return fmt.Errorf("%s answered %d without a way back", platform, w.StatusCode)
	}
	_, err = s.request(ctx, http.MethodGet, back.RequestURI(), "", nil, nil)
	return err
}

// incident takes TikTok's grant back at the platform: one account needs somebody, and what it runs is at risk.
func (s *seeder) incident(ctx context.Context) error {
	if s.Sandbox == "" {
		return nil
	}
	if err := s.list(ctx); err != nil || s.account("tiktok").Status != "connected" {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Sandbox+"/_sandbox/revoke", strings.NewReader(`{"platform":"tiktok"}`))
	if err != nil {
		return err
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	w.Body.Close()
	if _, err := s.send(ctx, http.MethodPost, "/v1/integrations/"+s.account("tiktok").ID+"/sync", nil, nil); err != nil {
		return err
	}
	return s.settled(ctx, "the incident", func() (bool, error) {
		var list struct {
			Items []struct{} `json:"items"`
		}
		err := s.get(ctx, "/v1/incidents?state=open", &list)
		return len(list.Items) > 0, err
	})
}
