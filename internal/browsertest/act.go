package browsertest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Goto opens an address of the system under test.
func (p *Page) Goto(path string) {
	p.t.Helper()
	do(p, "go to "+path, chromedp.Navigate(p.base+path))
}

// Click presses what the CSS selector finds, once it is there.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.WaitFor(selector)
	do(p, "click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Type empties a field and writes into it.
func (p *Page) Type(selector, text string) {
	p.t.Helper()
	p.WaitFor(selector)
	p.Eval("document.querySelector(" + strconv.Quote(selector) + ").select()")
	do(p, "write into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Press presses a key, like "Tab" or "Enter".
func (p *Page) Press(key string) {
	p.t.Helper()
	keys := map[string]string{"Tab": kb.Tab, "Enter": kb.Enter, "Escape": kb.Escape}
	do(p, "press "+key, chromedp.KeyEvent(keys[key]))
}

// WaitFor waits until something is there.
func (p *Page) WaitFor(selector string) {
	p.t.Helper()
	p.Until("there is "+selector, "document.querySelector("+strconv.Quote(selector)+") !== null")
}

// WaitGone waits until something is there no more.
func (p *Page) WaitGone(selector string) {
	p.t.Helper()
	p.Until("there is no "+selector, "document.querySelector("+strconv.Quote(selector)+") === null")
}

// WaitText waits until what the selector finds holds the text.
func (p *Page) WaitText(selector, text string) {
	p.t.Helper()
	p.Until(selector+" says "+text, fmt.Sprintf("[...document.querySelectorAll(%q)].some(e => e.textContent.includes(%q))", selector, text))
}

// Until waits until a JavaScript expression is true, over changes of page: those end a poll, and it begins again.
func (p *Page) Until(what, expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool]("!!("+expression+")", chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(patience)))
		if err == nil {
			return
		}
		if ctx.Err() != nil || errors.Is(err, chromedp.ErrPollingTimeout) {
			p.must("wait until "+what, err)
		}
	}
}

// Text is the text of the first thing that the selector finds.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	p.WaitFor(selector)
	return do(p, "read "+selector, chromedp.Evaluate[string]("document.querySelector("+strconv.Quote(selector)+").textContent"))
}

// Count is how many things the selector finds.
func (p *Page) Count(selector string) int {
	p.t.Helper()
	return do(p, "count "+selector, chromedp.Evaluate[int]("document.querySelectorAll("+strconv.Quote(selector)+").length"))
}

// Eval runs a JavaScript expression.
func (p *Page) Eval(expression string) {
	p.t.Helper()
	do(p, "evaluate "+expression, chromedp.Evaluate[bool]("("+expression+", true)"))
}

// Ask is the value of a JavaScript expression.
func Ask[T any](p *Page, expression string) T {
	p.t.Helper()
	return do(p, "ask "+expression, chromedp.Evaluate[T](expression))
}

// Drag drags one thing onto another with the mouse.
func (p *Page) Drag(from, to string) {
	p.t.Helper()
	p.WaitFor(from)
	p.WaitFor(to)
	do(p, "drag "+from+" to "+to, chromedp.DragAndDrop(chromedp.CSS(from), chromedp.CSS(to)))
}

// Await is what a JavaScript promise comes to.
func Await[T any](p *Page, promise string) T {
	p.t.Helper()
	wait := true
	return do(p, "await "+promise, chromedp.Evaluate[T](promise, func(e *runtime.EvaluateParams) { e.AwaitPromise = &wait }))
}
