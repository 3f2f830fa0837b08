package produce

import (
	"context"
	"errors"
	"slices"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/delivery"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
	"bellwether/internal/notification"
)

// sendTimeout is how long one letter may take: a row's flight is longer.
const sendTimeout = 25 * time.Second

// judge looks at each row that is due: what need not be told any more, or can't be, is not sent.
func (t *turn) judge(ctx context.Context) error {
	verdicts := map[notification.Matter]string{}
	var drop []delivery.Delivery
	for _, d := range delivery.Ready(t.rows, t.now) {
		reason, err := t.unfit(ctx, d)
		if err != nil {
			return err
		}
		if reason == "" && d.LetterID == "" { // one that may be out is sent to its end
			verdict, known := verdicts[d.Matter]
			if !known {
				if verdict, err = t.verdict(ctx, d); err != nil {
					return err
				}
				verdicts[d.Matter] = verdict
			}
			reason = verdict
		}
		if reason != "" {
			drop = append(drop, d.Suppress(reason, t.now))
		}
	}
	return t.save(ctx, "judge", nil, drop...)
}

// unfit is the reason why the row can't be sent, or need not be, "" for none.
func (t *turn) unfit(ctx context.Context, d delivery.Delivery) (string, error) {
	if d.ChannelID != "" {
		c, ok := t.channel(d)
		switch {
		case !ok:
			return delivery.Removed, nil
		case c.Disabled != "":
			return delivery.Disabled, nil
		}
		return "", nil
	}
	if !slices.Contains(t.roster.Members, d.UserID) {
		return delivery.LeftOrg, nil
	}
	if d.OnlyUnread && d.LetterID == "" {
		known, err := t.acknowledged(ctx, d)
		if err != nil || known {
			return delivery.Acknowledged, err
		}
	}
	return t.address(ctx, d)
}

// address is what is wrong with the person's address.
func (t *turn) address(ctx context.Context, d delivery.Delivery) (string, error) {
	p := t.roster.Notify.Person(d.UserID)
	c := p.Contact(d.Channel)
	switch {
	case c == nil:
		return delivery.NoAddress, nil
	case c.Confirmed:
		return "", nil
	}
	confirmed, err := t.People.Confirmed(ctx, c.Endpoint)
	if err != nil || !confirmed {
		return delivery.NotConfirmed, err
	}
	return "", t.Addresses.Confirm(ctx, d.OrgID, p.Agreed(d.Channel))
}

// acknowledged reports whether the person has seen the notice, or somebody has taken the incident.
func (t *turn) acknowledged(ctx context.Context, d delivery.Delivery) (bool, error) {
	read, err := t.Inboxes.IsRead(ctx, d.OrgID, d.UserID, notification.NoticeID(d.CauseID, d.UserID), d.At)
	if err != nil || read || d.Matter.Incident == "" {
		return read, err
	}
	i, err := t.Incidents.Last(ctx, d.OrgID, d.Matter.Incident)
	return i.State == incident.Acknowledged, err
}

// verdict is the reason why what the row tells need not be told now, "" for none.
func (t *turn) verdict(ctx context.Context, d delivery.Delivery) (string, error) {
	switch m := d.Matter; {
	case m.Incident != "":
		return t.ofIncident(ctx, d)
	case m.CampaignID != "":
		c, err := t.Campaigns.Get(ctx, d.OrgID, m.CampaignID)
		if fault.Is(err, fault.NotFound) {
			return delivery.Over, nil
		}
		if err != nil {
			return "", err
		}
		passed := m.PeriodStart != "" && c.Window(t.now).Start != m.PeriodStart
		if c.Budget == nil || c.Budget.Version != m.BudgetVersion || passed {
			return delivery.Over, nil
		}
		return "", nil
	}
	return "", nil
}

// ofIncident is the reason that the incident of the row gives: it is over, it follows from another one, or
// somebody silenced it, which its story tells then. One that was never heard of may be about to be.
func (t *turn) ofIncident(ctx context.Context, d delivery.Delivery) (string, error) {
	i, err := t.Incidents.Last(ctx, d.OrgID, d.Matter.Incident)
	switch {
	case err != nil || i.ID == "":
		return "", err
	case i.State == incident.Resolved && i.ResolvedAt.After(d.At):
		return delivery.Over, nil
	case i.SuppressedBy != "":
		return delivery.Explained, nil
	}
	list, err := t.Silences.Current(ctx, d.OrgID, t.now)
	if err != nil {
		return "", err
	}
	silence, silenced := incident.Silenced(list, i, t.now)
	if !silenced {
		return "", nil
	}
	cause := event.Edge(event.Derive(d.ID, "hush", silence.ID), "function/"+DeliverAlertsFunction, t.now)
	_, err = t.Incidents.UpdateFrom(ctx, cause.ID, i, func(i incident.Incident) (incident.Change, error) { return i.Hush(silence, cause) })
	return delivery.Silenced, err
}

func (t *turn) channel(d delivery.Delivery) (notification.Channel, bool) {
	all := t.roster.Notify.Channels
	i := slices.IndexFunc(all, func(c notification.Channel) bool { return c.ID == d.ChannelID })
	if i < 0 {
		return notification.Channel{}, false
	}
	return all[i], true
}

// send stores that the letter is about to go, sends it, and stores what became of it.
func (t *turn) send(ctx context.Context, take []delivery.Delivery) error {
	deliver, err := t.way(ctx, take[0])
	switch fault.KindOf(err) {
	case fault.Permanent, fault.Invalid: // there is none, and never will be
		return t.giveUp(ctx, take)
	}
	if err != nil {
		return err
	}
	holder, err := event.NewID(t.now, t.Random)
	if err != nil {
		return err
	}
	lane, rows := t.lane.Begin(take, holder, t.now)
	if err := insist(func() error { return t.save(ctx, "begin/"+holder, &lane, rows...) }); err != nil {
		return err
	}
	t.lane = lane
	sending, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	return t.settle(ctx, rows, outcome(deliver(sending, t.compose(ctx, rows))))
}

// way is how a letter gets to the target.
func (t *turn) way(ctx context.Context, d delivery.Delivery) (func(context.Context, channel.Letter) error, error) {
	if d.UserID != "" {
		contact := t.roster.Notify.Person(d.UserID).Contact(d.Channel)
		if contact == nil {
			return nil, fault.New(fault.Permanent, "no_contact", "the person has no address")
		}
		return func(ctx context.Context, l channel.Letter) error {
			return t.People.Send(ctx, contact.Recipient(d.UserID, d.Channel), d.Channel, l)
		}, nil
	}
	c, ok := t.channel(d)
	sender := t.Senders[c.Kind]
	if !ok || sender == nil {
		return nil, fault.Newf(fault.Permanent, "no_sender", "nothing sends to a channel of kind %q", c.Kind)
	}
	to, err := delivery.OpenChannel(ctx, t.Sealer, d.OrgID, c)
	return func(ctx context.Context, l channel.Letter) error { return sender.Send(ctx, to, l) }, err
}

// giveUp ends rows to which no way leads: a channel whose address can't be opened any more.
func (t *turn) giveUp(ctx context.Context, take []delivery.Delivery) error {
	for i, d := range take {
		take[i] = d.Suppress(delivery.Unreadable, t.now)
	}
	return t.save(ctx, "give up", nil, take...)
}

// outcome is what is known of a letter by the error that its sending answered.
func outcome(err error) *channel.Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*channel.Error](err); ok {
		return e
	}
	return &channel.Error{Outcome: channel.Unknown, Text: "no answer came", Err: err}
}

// settle stores what became of the letter. Before that it does what must not get lost with this process:
// it sets the timers of reminders, and takes a channel out of service.
func (t *turn) settle(ctx context.Context, rows []delivery.Delivery, err *channel.Error) error {
	s := t.lane.Settle(rows, err, t.now)
	if s.Disable != "" && rows[0].ChannelID != "" {
		if err := insist(func() error { return t.disable(ctx, rows[0], s.Disable) }); err != nil {
			return err
		}
	}
	if err := insist(func() error { return t.Deliverer.wake(ctx, s.Reminders...) }); err != nil {
		return err
	}
	saved := insist(func() error { return t.save(ctx, "settle", &s.Lane, append(s.Rows, s.Reminders...)...) })
	if saved == nil {
		t.lane = s.Lane
	}
	return saved
}

// insist tries more than once to store what becomes of a letter: what is not stored may have it sent again,
// or, where that may not be, never.
func insist(do func() error) (err error) {
	const tries = 3
	for range tries {
		if err = do(); err == nil || fault.Is(err, fault.Conflict) || fault.Is(err, fault.Permanent) {
			return err
		}
	}
	return err
}

// disable takes the channel out of service and tells the admins.
func (t *turn) disable(ctx context.Context, d delivery.Delivery, reason string) error {
	c, err := t.Addresses.Channel(ctx, d.OrgID, d.ChannelID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	cause := event.Edge(event.Derive(d.ID, "disable", reason), "function/"+DeliverAlertsFunction, t.now)
	if c.Disabled == "" {
		c.Disabled = reason
		if c, err = t.Addresses.PutChannel(ctx, d.OrgID, c, "channel.disabled", c.Name+": "+reason, cause); err != nil {
			return err
		}
	}
	return t.tellDisabled(ctx, c.Name, reason, cause.ID, c.ID, d.CreatedAt)
}
