package browsertest_test

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// window is one of a browser of its own.
type window struct {
	t   *testing.T
	ctx context.Context
}

// openWindow skips the test where there is no browser, but for CI, where .ci/run installs one.
func openWindow(t *testing.T) *window {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser(t)), chromedp.WindowSize(1280, 900))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // with one it does not start for root
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return &window{t, ctx}
}

func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	require.Empty(t, os.Getenv("CI"), "CI has no Chromium")
	t.Skip("no Chromium: install the package chromium to run the tests of the page in a browser")
	return ""
}

func (w *window) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	require.NoError(w.t, chromedp.Do(w.ctx, steps...))
}

// open goes to an address.
func (w *window) open(url string) {
	w.t.Helper()
	w.do(chromedp.Navigate(url))
}

// see waits until something is there to be seen.
func (w *window) see(selector string) {
	w.t.Helper()
	w.do(chromedp.WaitVisible(chromedp.CSS(selector)))
}

// press types a text, or a key of package kb.
func (w *window) press(keys string) {
	w.t.Helper()
	w.do(chromedp.KeyEvent(keys))
}

// colors switches between light and dark.
func (w *window) colors(scheme string) {
	w.t.Helper()
	w.do(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return chromedp.Void{}, err
	})
}

// evaluate returns what a script does.
func evaluate[T any](w *window, script string) T {
	w.t.Helper()
	out, err := chromedp.Run(w.ctx, chromedp.Evaluate[T](script))
	require.NoError(w.t, err)
	return out
}

func (w *window) texts(selector string) []string {
	w.t.Helper()
	return evaluate[[]string](w, "Array.from(document.querySelectorAll(`"+selector+"`), e => e.textContent.trim())")
}

// focused names what has the focus.
func (w *window) focused() string {
	w.t.Helper()
	return evaluate[string](w, `(e => e.getAttribute("name") || e.getAttribute("aria-label") || e.textContent.trim())(document.activeElement)`)
}

// tabTo presses the tabulator until something has the focus.
func (w *window) tabTo(name string) {
	w.t.Helper()
	var passed []string
	for range 40 {
		w.press(kb.Tab)
		at := w.focused()
		if at == name {
			return
		}
		passed = append(passed, at)
	}
	require.Fail(w.t, "no way there by keyboard", "to %s; passed %q", name, passed)
}
