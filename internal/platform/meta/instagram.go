package meta

import (
	"context"
	"net/url"
	"strings"

	"bellwether/internal/platform"
)

// Instagram publishes on Instagram's professional accounts. A post is made in a container first, which has
// the text and the images; to publish is to name the container. It is safe for concurrent use.
type Instagram struct{ graph }

var _ platform.Publisher = (*Instagram)(nil)

// DefaultsInstagram is where Instagram is: on the Graph API, as people sign in with Facebook.
func DefaultsInstagram() platform.Endpoint { return Defaults() }

// NewInstagram makes a connector; its addresses must be Meta's, or the endpoint a sandbox.
func NewInstagram(e platform.Endpoint, c platform.Client) (*Instagram, error) {
	g, err := newGraph(e, c, platform.Instagram, "instagram_basic", "instagram_content_publish", "pages_show_list", "pages_read_engagement")
	if err != nil {
		return nil, err
	}
	return &Instagram{g}, nil
}

// Info implements platform.Party.
func (i *Instagram) Info() platform.Info {
	return platform.Info{Platform: platform.Instagram, Name: "Instagram", Scopes: i.scopes, PKCE: true, Refreshes: true, RenewBefore: renewBefore}
}

// Accounts implements platform.Authorizer: they are the professional accounts that are linked with a Page.
func (i *Instagram) Accounts(ctx context.Context, call platform.Call) ([]platform.Account, error) {
	pages, err := i.pages(ctx, call, "id,instagram_business_account{id,username}")
	var list []platform.Account
	for _, p := range pages {
		if p.Instagram != nil {
			list = append(list, platform.Account{ID: string(p.Instagram.ID), Name: p.Instagram.Username})
		}
	}
	return sorted(list), err
}

// Prepare implements platform.Publisher: one image is a container, several are one each and one around them.
func (i *Instagram) Prepare(ctx context.Context, call platform.Call, p platform.Publication) (platform.Prepared, error) {
	outer := url.Values{}
	if caption := withLink(p.Text, p.Link); caption != "" {
		outer.Set("caption", caption)
	}
	if len(p.Media) == 1 {
		image(outer, p.Media[0])
		return i.container(ctx, call, outer)
	}
	var children []string
	for _, m := range p.Media {
		child := url.Values{"is_carousel_item": {"true"}}
		image(child, m)
		made, err := i.container(ctx, call, child)
		if err != nil {
			return platform.Prepared{}, err
		}
		children = append(children, made.IDs...)
	}
	outer.Set("media_type", "CAROUSEL")
	outer.Set("children", strings.Join(children, ","))
	return i.container(ctx, call, outer)
}

func image(form url.Values, m platform.Medium) {
	form.Set("image_url", m.URL)
	if m.Alt != "" {
		form.Set(InstagramAlt, m.Alt)
	}
}

// container makes one. Instagram fetches the image in its own time.
func (i *Instagram) container(ctx context.Context, call platform.Call, form url.Values) (platform.Prepared, error) {
	id, err := i.post(ctx, "prepare", call, "/media", form)
	if err != nil {
		return platform.Prepared{}, sure(err)
	}
	return platform.Prepared{IDs: []string{id}, Pending: true}, nil
}

// Publish implements platform.Publisher.
func (i *Instagram) Publish(ctx context.Context, call platform.Call, p platform.Publication, m platform.Prepared) (platform.Published, error) {
	if len(p.Media) == 0 || len(m.IDs) != 1 {
		return platform.Published{}, i.invalid("publish", "Instagram takes no post without an image that was handed over")
	}
	id, err := i.post(ctx, "publish", call, "/media_publish", url.Values{"creation_id": {m.IDs[0]}})
	if err != nil {
		return platform.Published{}, err
	}
	return i.published(ctx, call, id, "permalink,timestamp"), nil
}

// Allowance implements platform.Publisher: Instagram counts what an account published in the last 24 hours.
func (i *Instagram) Allowance(ctx context.Context, call platform.Call) (left int, ok bool, err error) {
	var limit struct {
		Data []struct {
			Used   *int `json:"quota_usage"`
			Config struct {
				Total int `json:"quota_total"`
			} `json:"config"`
		} `json:"data"`
	}
	path, err := i.object("allowance", call.Account.ID, "/content_publishing_limit")
	if err != nil {
		return 0, false, err
	}
	if err := i.get(ctx, "allowance", call, path, url.Values{"fields": {"config,quota_usage"}}, &limit); err != nil {
		return 0, false, sure(err)
	}
	if len(limit.Data) == 0 || limit.Data[0].Used == nil || limit.Data[0].Config.Total == 0 {
		return 0, false, nil
	}
	return max(limit.Data[0].Config.Total-*limit.Data[0].Used, 0), true, nil
}
