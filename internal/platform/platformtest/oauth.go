package platformtest

import (
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/secret"
)

// consents: a code works once, for the one who asked, and a refusal brings none.
func consents(t *testing.T, s Subject) {
	v := Open(t, s)
	ctx := t.Context()
	if v.Grant.Access.Reveal() == "" || !v.Grant.ExpiresAt.IsZero() && !v.Grant.ExpiresAt.After(v.Now) {
		t.Errorf("the grant ends %v", v.Grant.ExpiresAt)
	}
	code := v.consent(t)
	if _, err := v.Connector.Exchange(ctx, code, v.verifier(), redirectURI); err != nil {
		t.Error(err)
	}
	_, err := v.Connector.Exchange(ctx, code, v.verifier(), redirectURI)
	refusedForGood(t, "a code that was used", err, code)
	_, err = v.Connector.Exchange(ctx, "a-code-of-nobody", v.verifier(), redirectURI)
	refusedForGood(t, "a code of nobody", err, "a-code-of-nobody")
	if v.Connector.Info().PKCE {
		code = v.consent(t)
		_, err = v.Connector.Exchange(ctx, code, verifier+"-of-another", redirectURI)
		refusedForGood(t, "the verifier of another", err, code, verifier)
	}
	q := v.decide(t, "deny")
	if q.Get("error") != "access_denied" || q.Get("state") != state || q.Has("code") || q.Has("auth_code") {
		t.Errorf("a person who denied came back with %v", q)
	}
}

// refusedForGood: repeating it can't help, and the error tells no secret.
func refusedForGood(t *testing.T, name string, err error, secrets ...string) {
	t.Helper()
	if !platform.Is(err, platform.ClassAuthRevoked) && !platform.Is(err, platform.ClassInvalid) {
		t.Errorf("%s: error %v", name, err)
	}
	tells(t, err, secrets...)
}

func expiry(t *testing.T, s Subject) {
	v := Open(t, s)
	a := v.Accounts(t)[0]
	if end := v.Grant.ExpiresAt; !end.IsZero() {
		v.Now = end.Add(-time.Second)
		if _, err := v.Connector.Campaigns(t.Context(), v.Call(a), ""); err != nil {
			t.Errorf("a second before its end: %v", err)
		}
		v.Now = end
	} else {
		v.World().Expire(s.Platform)
	}
	_, err := v.Connector.Campaigns(t.Context(), v.Call(a), "")
	if !platform.Is(err, platform.ClassAuthExpired) {
		t.Errorf("at its end: %v", err)
	}
	tells(t, err, v.Grant.Access.Reveal())
	v.Grant.Access = secret.NewText("a-token-of-nobody")
	_, err = v.Connector.Campaigns(t.Context(), v.Call(a), "")
	if !platform.Is(err, platform.ClassAuthExpired) && !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("a token of nobody: %v", err)
	}
}

// refresh: what comes back works, and of rotated tokens only the newest does.
func refresh(t *testing.T, s Subject) {
	v := Open(t, s)
	a, old := v.Accounts(t)[0], v.Grant
	if !v.Connector.Info().Refreshes {
		if _, err := v.Connector.Refresh(t.Context(), old); !platform.Is(err, platform.ClassAuthRevoked) {
			t.Errorf("error %v", err)
		}
		return
	}
	v.Now = v.Now.Add(v.Grant.ExpiresAt.Sub(v.Now) / 2)
	next, err := v.Connector.Refresh(t.Context(), old)
	if err != nil || next.Access == old.Access || !next.ExpiresAt.After(old.ExpiresAt) || (next.Refresh.Reveal() == "") != (old.Refresh.Reveal() == "") {
		t.Fatalf("ends %v after %v, error %v", next.ExpiresAt, old.ExpiresAt, err)
	}
	v.Grant = next
	if _, err := v.Connector.Campaigns(t.Context(), v.Call(a), ""); err != nil {
		t.Error(err)
	}
	if next.Refresh == old.Refresh { // it doesn't rotate
		return
	}
	_, err = v.Connector.Refresh(t.Context(), old)
	if !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("a refresh token that was rotated away: %v", err)
	}
	tells(t, err, old.Refresh.Reveal(), old.Access.Reveal())
	if _, err := v.Connector.Campaigns(t.Context(), v.Call(a), ""); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("somebody else has the grant, but it works: %v", err)
	}
}

// revoke ends the grant, whoever does it.
func revoke(t *testing.T, s Subject) {
	for _, byUs := range []bool{true, false} {
		v := Open(t, s)
		a := v.Accounts(t)[0]
		if byUs {
			for _, kind := range []string{"malformed", "5xx", "timeout_before"} {
				v.Arm(s.Platform, "revoke", kind, 1)
				if err := v.Connector.Revoke(t.Context(), v.Call(a)); !platform.Is(err, platform.ClassTransient) {
					t.Errorf("%s: %v", kind, err)
				}
			}
			v.Clear()
			if err := v.Connector.Revoke(t.Context(), v.Call(a)); err != nil {
				t.Error(err)
			}
		} else {
			v.World().RevokeAll(s.Platform)
		}
		if _, err := v.Connector.Campaigns(t.Context(), v.Call(a), ""); !platform.Is(err, platform.ClassAuthRevoked) {
			t.Errorf("by us %v: %v", byUs, err)
		}
		if _, err := v.Connector.Refresh(t.Context(), v.Grant); !platform.Is(err, platform.ClassAuthRevoked) {
			t.Errorf("by us %v, refreshed: %v", byUs, err)
		}
		if err := v.Connector.Revoke(t.Context(), v.Call(a)); err != nil {
			t.Errorf("by us %v, once more: %v", byUs, err)
		}
	}
}

// tokenFaults are those of the token endpoint: whether a person is wanted must be sure.
func tokenFaults(t *testing.T, s Subject) {
	v := Open(t, s)
	kinds := map[string]platform.Class{
		"expired": platform.ClassAuthRevoked, "revoked": platform.ClassAuthRevoked, "throttled_seconds": platform.ClassRateLimited, "5xx": platform.ClassTransient,
		"timeout_before": platform.ClassTransient, "partial": platform.ClassTransient, "malformed": platform.ClassTransient,
	}
	for kind, class := range kinds {
		code := v.consent(t)
		v.Arm(s.Platform, "token", kind, 1)
		_, err := v.Connector.Exchange(t.Context(), code, v.verifier(), redirectURI)
		if kind == "expired" || kind == "revoked" { // of a code
			refusedForGood(t, "token "+kind, err, code)
		} else if !platform.Is(err, class) {
			t.Errorf("token %s: %v, want %s", kind, err, class)
		}
		tells(t, err, code, v.Endpoint.ClientSecret.Reveal())
		if !v.Connector.Info().Refreshes {
			continue
		}
		if kind == "partial" { // the sandbox rotates before the answer breaks off
			v.Clear()
			fresh, err := v.Connector.Exchange(t.Context(), v.consent(t), v.verifier(), redirectURI)
			if err != nil {
				t.Fatal(err)
			}
			v.Grant = fresh
		}
		v.Arm(s.Platform, "refresh", kind, 1)
		_, err = v.Connector.Refresh(t.Context(), v.Grant)
		if !platform.Is(err, class) {
			t.Errorf("refresh %s: %v, want %s", kind, err, class)
		}
		tells(t, err, v.Grant.Access.Reveal(), v.Grant.Refresh.Reveal(), v.Endpoint.ClientSecret.Reveal())
		v.Clear()
	}
}
