package meta

import (
	"context"
	"encoding/json"
	"net/url"

	"bellwether/internal/platform"
	"bellwether/internal/secret"
)

// Facebook publishes on Facebook Pages. A Page acts by a token of its own, which is asked for each time:
// so nothing but the person's own token is ever kept. It is safe for concurrent use.
type Facebook struct{ graph }

var _ platform.Publisher = (*Facebook)(nil)

// DefaultsFacebook is where Facebook is.
func DefaultsFacebook() platform.Endpoint { return Defaults() }

// NewFacebook makes a connector; its addresses must be Meta's, or the endpoint a sandbox.
func NewFacebook(e platform.Endpoint, c platform.Client) (*Facebook, error) {
	g, err := newGraph(e, c, platform.Facebook, "pages_show_list", "pages_manage_posts", "pages_read_engagement")
	if err != nil {
		return nil, err
	}
	return &Facebook{g}, nil
}

// Info implements platform.Party.
func (f *Facebook) Info() platform.Info {
	return platform.Info{Platform: platform.Facebook, Name: "Facebook", Scopes: f.scopes, PKCE: true, Refreshes: true, RenewBefore: renewBefore}
}

// Accounts implements platform.Authorizer: they are the Pages.
func (f *Facebook) Accounts(ctx context.Context, call platform.Call) ([]platform.Account, error) {
	pages, err := f.pages(ctx, call, "id,name")
	var list []platform.Account
	for _, p := range pages {
		list = append(list, platform.Account{ID: string(p.ID), Name: p.Name})
	}
	return sorted(list), err
}

// asPage is the call as the Page makes it.
func (f *Facebook) asPage(ctx context.Context, call platform.Call) (platform.Call, error) {
	var p struct {
		Access string `json:"access_token"`
	}
	path, err := f.object("page", call.Account.ID, "")
	if err != nil {
		return call, err
	}
	if err := f.get(ctx, "page", call, path, url.Values{"fields": {"access_token"}}, &p); err != nil {
		return call, sure(err)
	}
	if p.Access == "" { // Meta leaves out what one may not see
		return call, &platform.Error{Platform: platform.Facebook, Op: "page", Class: platform.ClassAuthScope, Code: "no_page_token", Message: "the person may not publish on the Page"}
	}
	call.Token = secret.NewText(p.Access)
	return call, nil
}

// Prepare implements platform.Publisher: the images are fetched as unpublished photos of the Page.
func (f *Facebook) Prepare(ctx context.Context, call platform.Call, p platform.Publication) (platform.Prepared, error) {
	call, err := f.asPage(ctx, call)
	if err != nil {
		return platform.Prepared{}, err
	}
	var made platform.Prepared
	for _, m := range p.Media {
		form := url.Values{"url": {m.URL}, "published": {"false"}}
		if m.Alt != "" {
			form.Set(FacebookAlt, m.Alt)
		}
		id, err := f.post(ctx, "prepare", call, "/photos", form)
		if err != nil {
			return platform.Prepared{}, sure(err)
		}
		made.IDs = append(made.IDs, id)
	}
	return made, nil
}

// Ready implements platform.Publisher: photos are ready at once.
func (f *Facebook) Ready(_ context.Context, _ platform.Call, m platform.Prepared) (platform.Prepared, error) {
	m.Pending = false
	return m, nil
}

// Publish implements platform.Publisher.
func (f *Facebook) Publish(ctx context.Context, call platform.Call, p platform.Publication, m platform.Prepared) (platform.Published, error) {
	if len(m.IDs) != len(p.Media) {
		return platform.Published{}, f.invalid("publish", "the images were not handed over")
	}
	form, err := feedForm(p, m)
	if err != nil {
		return platform.Published{}, f.broken("publish", err)
	}
	call, err = f.asPage(ctx, call)
	if err != nil {
		return platform.Published{}, err
	}
	id, err := f.post(ctx, "publish", call, "/feed", form)
	if err != nil {
		return platform.Published{}, err
	}
	return f.published(ctx, call, id, "permalink_url,created_time"), nil
}

// feedForm is what makes a post. One with images shows no link apart, so that it stands in the text.
func feedForm(p platform.Publication, m platform.Prepared) (url.Values, error) {
	form := url.Values{}
	if text := message(p); text != "" {
		form.Set("message", text)
	}
	if len(m.IDs) == 0 {
		if p.Link != "" {
			form.Set("link", p.Link)
		}
		return form, nil
	}
	type photo struct {
		ID string `json:"media_fbid"`
	}
	var photos []photo
	for _, id := range m.IDs {
		photos = append(photos, photo{id})
	}
	list, err := json.Marshal(photos)
	form.Set("attached_media", string(list))
	return form, err
}

// message is the text of the post.
func message(p platform.Publication) string {
	if len(p.Media) == 0 {
		return p.Text
	}
	return withLink(p.Text, p.Link)
}

// Allowance implements platform.Publisher: Facebook doesn't say.
func (f *Facebook) Allowance(context.Context, platform.Call) (int, bool, error) { return 0, false, nil }
