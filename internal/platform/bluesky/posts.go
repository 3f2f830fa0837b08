package bluesky

import (
	"context"
	"net/url"
	"time"

	"bellwether/internal/platform"
)

// opPublish is the one call that makes something visible.
const opPublish = "publish"

// askShortly bounds a question about a refusal.
const askShortly = 5 * time.Second

// Publish implements platform.Publisher. A record that stands under the key is this publication's own, so
// that to meet one is success; servers refuse it in words that differ.
func (k *Connector) Publish(ctx context.Context, c platform.Call, p platform.Publication, m platform.Prepared) (platform.Published, error) {
	now := k.client.Now().UTC().Truncate(time.Millisecond)
	err := k.create(ctx, c, p, m, now)
	if err == nil {
		return published(c.Account.ID, recordKey(p), now), nil
	}
	if e := platform.AsError(err); e.Class != platform.ClassInvalid || e.Unsure || e.Code == ours {
		return platform.Published{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, askShortly)
	defer cancel()
	found, unknown := k.Find(ctx, c, p, m)
	if found.There {
		return found.Published, nil
	}
	if unknown != nil {
		e := *platform.AsError(err)
		e.Unsure = true
		return platform.Published{}, &e
	}
	return platform.Published{}, err
}

// ours is the code of what is refused without asking the server.
const ours = "content"

// create makes the record.
func (k *Connector) create(ctx context.Context, c platform.Call, p platform.Publication, m platform.Prepared, now time.Time) error {
	if err := k.check(c, p, m); err != nil {
		return err
	}
	key := recordKey(p)
	r, err := platform.PostJSON(k.method("com.atproto.repo.createRecord"), struct {
		Repo       string `json:"repo"`
		Collection string `json:"collection"`
		Key        string `json:"rkey"`
		Record     record `json:"record"`
	}{c.Account.ID, postType, key, recordOf(p, m, now)})
	if err != nil {
		return k.invalid(opPublish, ours, "the request can't be written")
	}
	var made struct {
		URI string `json:"uri"`
	}
	if err := k.ask(ctx, opPublish, c, r, &made); err != nil {
		return err
	}
	if made.URI != uri(c.Account.ID, key) {
		return k.malformed(opPublish, "the answer is of another record")
	}
	return nil
}

// check refuses what can't become a record.
func (k *Connector) check(c platform.Call, p platform.Publication, m platform.Prepared) error {
	switch {
	case !did.MatchString(c.Account.ID):
		return k.invalid(opPublish, ours, "the id of the account is none of Bluesky's")
	case p.Key == "":
		return k.invalid(opPublish, ours, "the publication has no key")
	case len(m.IDs) != len(p.Media):
		return k.invalid(opPublish, ours, "the images were not handed over")
	}
	for _, id := range m.IDs {
		if _, ok := blobID([]byte(id)); !ok {
			return k.invalid(opPublish, ours, "the id of an image is none of Bluesky's")
		}
	}
	return nil
}

// uri is the id of a post.
func uri(account, key string) string { return "at://" + account + "/" + postType + "/" + key }

func published(account, key string, when time.Time) platform.Published {
	return platform.Published{ID: uri(account, key), Permalink: Permalink(account, key), At: when}
}

// Find implements platform.Publisher. The account's own server is asked for the record by its key, so absence is
// proof; and as every attempt has that key, not even one that arrives late makes a second post.
func (k *Connector) Find(ctx context.Context, c platform.Call, p platform.Publication, _ platform.Prepared) (platform.Found, error) {
	const op = "find"
	if !did.MatchString(c.Account.ID) || p.Key == "" {
		return platform.Found{}, k.invalid(op, ours, "the account has no id of Bluesky's, or the publication no key")
	}
	key := recordKey(p)
	query := url.Values{"repo": {c.Account.ID}, "collection": {postType}, "rkey": {key}}
	r, err := platform.Get(k.method("com.atproto.repo.getRecord"), query.Encode())
	if err != nil {
		return platform.Found{}, k.invalid(op, "", "the request can't be written")
	}
	var there struct {
		URI   string `json:"uri"`
		Value struct {
			Created string `json:"createdAt"`
		} `json:"value"`
	}
	if err := k.ask(ctx, op, c, r, &there); err != nil {
		if absent(platform.AsError(err)) {
			return platform.Found{Sure: true}, nil
		}
		return platform.Found{}, err
	}
	if there.URI != uri(c.Account.ID, key) {
		return platform.Found{}, settled(op, k.malformed(op, "the answer is of another record"))
	}
	return platform.Found{Published: published(c.Account.ID, key, moment(there.Value.Created)), There: true}, nil
}
