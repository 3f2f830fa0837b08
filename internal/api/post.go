package api

import "bellwether/internal/post"

// PostContentOf is a post's content as it came in a request. An image's type that isn't given is told
// by its address.
func PostContentOf(in PostContent) post.Content {
	out := post.Content{Text: Value(in.Text), Link: Value(in.Link)}
	if media := PostMediaOf(in.Media); media != nil {
		out.Media = *media
	}
	return out
}

// PostMediaOf is the same of images; nil stays nil.
func PostMediaOf(in *[]PostMedia) *[]post.Media {
	if in == nil {
		return nil
	}
	out := Map(*in, func(m PostMedia) post.Media {
		kind := string(Value(m.Type))
		if kind == "" {
			kind = post.TypeOf(m.Url)
		}
		return post.Media{URL: m.Url, Type: kind, Alt: Value(m.Alt)}
	})
	return &out
}
