// Package outbound fetches from addresses that people gave us. Such an address may name anything: the
// network that we run in, the metadata of the machine, a host that answers for ever. So the address is
// judged when it is dialled, after its name was resolved, and nothing is followed.
package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"
	"time"
)

// Guard says what may be reached.
type Guard struct {
	// Private allows any address, any port, and plain HTTP: tests and the local runner.
	Private bool
}

// Errors of addresses that are refused. Their texts are for people.
var (
	ErrAddress = errors.New("must be an https address without a port")
	ErrBlocked = errors.New("must be a public address")
)

// timeout is of a whole answer.
const timeout = 5 * time.Second

// NewClient is an HTTP client that reaches only what the guard allows.
func (g Guard) NewClient() *http.Client {
	dialer := &net.Dialer{Timeout: 3 * time.Second, Control: g.control}
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: 3 * time.Second, ForceAttemptHTTP2: true,
			MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Check refuses an address by its form alone.
func (g Guard) Check(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return ErrAddress
	}
	if g.Private && (u.Scheme == "http" || u.Scheme == "https") {
		return nil
	}
	if u.Scheme != "https" || (u.Port() != "" && u.Port() != "443") {
		return ErrAddress
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && Blocked(ip) {
		return ErrBlocked
	}
	return nil
}

// control sees the address that is about to be dialled: no name can change its meaning any more.
func (g Guard) control(_, address string, _ syscall.RawConn) error {
	if g.Private {
		return nil
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil || at.Port() != 443 {
		return ErrAddress
	}
	if Blocked(at.Addr()) {
		return ErrBlocked
	}
	return nil
}

// special are ranges that are nobody's public server.
var special = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"::/96", "::1/128", "::ffff:0:0/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
	"5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
)

// nat64 carries an IPv4 address in its last four bytes.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for n, text := range texts {
		list[n] = netip.MustParsePrefix(text)
	}
	return list
}

// Blocked reports whether an address is not to be reached: private, local, reserved, or one of those
// in another guise.
func Blocked(ip netip.Addr) bool {
	ip = ip.WithZone("")
	if ip.Is4In6() {
		ip = ip.Unmap()
	}
	if nat64.Contains(ip) {
		b := ip.As16()
		ip = netip.AddrFrom4([4]byte(b[12:]))
	}
	for _, p := range special {
		if p.Contains(ip) {
			return true
		}
	}
	return !ip.IsValid()
}

// Fetched is what stood at an address.
type Fetched struct {
	Data []byte
	Type string // by its first bytes: "image/jpeg"
}

// Error is why an address can't be fetched, for people.
type Error struct {
	Text string
	Err  error
}

func (e *Error) Error() string { return e.Text }
func (e *Error) Unwrap() error { return e.Err }

// Fetcher fetches what the guard allows.
type Fetcher struct {
	guard  Guard
	client *http.Client
}

// NewFetcher makes a fetcher.
func NewFetcher(g Guard) Fetcher { return Fetcher{g, g.NewClient()} }

// Fetch reads at most max bytes; more than that is an error. Every error is an *Error.
func (f Fetcher) Fetch(ctx context.Context, address string, max int64) (Fetched, error) {
	if err := f.guard.Check(address); err != nil {
		return Fetched{}, &Error{"the image's address " + err.Error(), err}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Fetched{}, &Error{"the image's address " + ErrAddress.Error(), err}
	}
	answer, err := f.client.Do(r)
	if err != nil {
		if errors.Is(err, ErrBlocked) || errors.Is(err, ErrAddress) {
			return Fetched{}, &Error{"the image's address " + ErrBlocked.Error(), err}
		}
		return Fetched{}, &Error{"the image can't be fetched: its server does not answer", err}
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return Fetched{}, &Error{"the image can't be fetched: its server answers " + strconv.Itoa(answer.StatusCode), nil}
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, max+1))
	if err != nil {
		return Fetched{}, &Error{"the image can't be fetched: its server broke off", err}
	}
	if int64(len(data)) > max {
		return Fetched{}, &Error{fmt.Sprintf("the image is larger than %d bytes", max), nil}
	}
	// What it is, the bytes say: a server's word is often wrong, and a page that says 'not found' is no image.
	return Fetched{data, http.DetectContentType(data)}, nil
}
