package channel

import "context"

// People sends to the own addresses of persons, as filtered subscriptions of the topics.
type People interface {
	// Subscribe makes the recipient's subscription, or finds it. pending says that the owner of the address
	// has to agree first. protocol is Email or SMS.
	Subscribe(ctx context.Context, recipient, protocol, address string) (endpoint string, pending bool, err error)
	// Confirmed reports whether the owner has agreed.
	Confirmed(ctx context.Context, endpoint string) (bool, error)
	// Unsubscribe ends it; one that is gone is no error.
	Unsubscribe(ctx context.Context, endpoint string) error
	// Send publishes the letter for the recipient alone. Its errors are *Error.
	Send(ctx context.Context, recipient, protocol string, l Letter) error
}
