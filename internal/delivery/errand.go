package delivery

import (
	"context"
	"encoding/json"

	"bellwether/internal/channel"
	"bellwether/internal/fault"
	"bellwether/internal/notification"
	"bellwether/internal/secret"
)

// Errand is one message of the queue of alerts: something to tell, or a target to look after.
type Errand struct {
	Handover *notification.Handover `json:"handover,omitempty"`
	Wake     *Outgoing              `json:"wake,omitempty"`
}

// Outgoing is a target for which something may be due, and the row because of which it is looked at; no
// row means whatever is due.
type Outgoing struct {
	OrgID  string `json:"orgId"`
	Target string `json:"target"`
	Row    *Ref   `json:"row,omitempty"`
}

// PersonTarget is the target of a person's own channel, ChannelTarget that of an organisation's.
func PersonTarget(userID, by string) string { return "user/" + userID + "/" + by }
func ChannelTarget(channelID string) string { return "channel/" + channelID }

// endpoint is what is sealed of a channel.
type endpoint struct {
	Address string   `json:"address"`
	Keys    []string `json:"keys,omitempty"`
}

func binding(orgID, channelID string) map[string]string {
	return map[string]string{"orgId": orgID, "channelId": channelID}
}

// SealChannel is the channel with its address and keys, sealed for it alone.
func SealChannel(ctx context.Context, s secret.Sealer, orgID string, c notification.Channel, to channel.Endpoint) (notification.Channel, error) {
	e := endpoint{Address: to.Address.Reveal()}
	for _, k := range to.Keys {
		e.Keys = append(e.Keys, k.Reveal())
	}
	plain, err := json.Marshal(e)
	if err != nil {
		return c, err
	}
	c.Sealed, err = s.Seal(ctx, plain, binding(orgID, c.ID))
	return c, err
}

// OpenChannel is where the channel's letters go.
func OpenChannel(ctx context.Context, s secret.Sealer, orgID string, c notification.Channel) (to channel.Endpoint, err error) {
	plain, err := s.Open(ctx, c.Sealed, binding(orgID, c.ID))
	if err != nil {
		return to, err
	}
	var e endpoint
	if err := json.Unmarshal(plain, &e); err != nil {
		return to, fault.Wrap(err, fault.Permanent, "bad_record", "the channel's address can't be read")
	}
	to.Address = secret.NewText(e.Address)
	for _, k := range e.Keys {
		to.Keys = append(to.Keys, secret.NewText(k))
	}
	return to, nil
}
