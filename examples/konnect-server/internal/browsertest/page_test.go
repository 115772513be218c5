package browsertest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The route that takes a request is two steps from the start page: type it, and press Enter.
func TestRouteInTwoSteps(t *testing.T) {
	t.Parallel()
	w, s := openWindow(t), newSite(t)
	w.open(s.url)
	w.tabTo("url")
	w.press("https://shop.example/catalog/admin/items")
	w.press(kb.Enter)
	w.see(".verdict")
	assert.Equal(t, []string{"Route catalog-admin takes it, service catalog gets it."}, w.texts(".verdict"))
	assert.Contains(t, w.texts("dd"), "/v1/items", "where it goes")
	assert.Subset(t, w.texts(".answer td"), []string{"catalog", "legacy-catalog", "hosts"}, "what almost took it")
	assert.Contains(t, w.texts("svg text"), "10.0.0.0:8080", "its way to the target")

	w.tabTo("catalog-admin")
	w.press(kb.Enter)
	w.see("pre")
	assert.Equal(t, []string{"catalog-admin"}, w.texts("h1"), "the link to the route")
}

// All there is can be reached by keyboard, and where the focus is can be seen.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	w, s := openWindow(t), newSite(t)
	w.open(s.url)
	w.press(kb.Tab)
	assert.Equal(t, "Skip to the content", w.focused())
	w.press(kb.Enter)
	w.tabTo("shop")
	assert.Equal(t, "solid", evaluate[string](w, `getComputedStyle(document.activeElement).outlineStyle`))
	w.press(kb.Enter)
	w.see("svg")
	assert.Equal(t, []string{"shop"}, w.texts("h1"))

	w.tabTo("Reference graph")
	w.press(kb.Tab)
	box := evaluate[string](w, `document.activeElement.querySelector("text:not(.kind)").textContent`)
	w.press(kb.Enter)
	w.see("pre")
	assert.Equal(t, []string{box}, w.texts("h1"), "a box leads to its entity")
}

// The picture of some forty entities can be read: no box covers another, no arrow runs behind a
// box, and no text is wider than its box.
func TestPicture(t *testing.T) {
	t.Parallel()
	w, s := openWindow(t), newSite(t)
	w.open(s.url + "/page/control-planes/" + s.planeID)
	assert.Greater(t, len(w.texts("svg .box")), 35)
	assert.Empty(t, evaluate[[]string](w, wideTexts), "texts wider than their box")
	assert.Empty(t, evaluate[[]string](w, coveredBoxes), "boxes that another one or an arrow gets in the way of")
}

// Texts have the contrast that WCAG asks for at level AA, on every page, in light and in dark.
func TestContrast(t *testing.T) {
	t.Parallel()
	w, s := openWindow(t), newSite(t)
	plane := "/page/control-planes/" + s.planeID
	route := s.konnect.Entity(s.planeID, "routes", "catalog")
	grounds := map[string]string{}
	for _, scheme := range []string{"light", "dark"} {
		w.colors(scheme)
		for name, path := range map[string]string{
			"start": "/", "requests": "/page/requests", "plane": plane, "entity": plane + "/" + route["id"].(string) + "/routes",
			"try":     "/page/try?url=https%3A%2F%2Fshop.example%2Fcatalog%2Fadmin&header=a%3A+b",
			"problem": "/page/try?url=", "missing": "/page/missing",
		} {
			w.open(s.url + path)
			assert.Empty(t, evaluate[[]string](w, lowContrast), "%s in %s", name, scheme)
			grounds[scheme] = evaluate[string](w, `getComputedStyle(document.body).backgroundColor`)
			w.save(name + "-" + scheme + ".png")
		}
	}
	assert.NotEqual(t, grounds["light"], grounds["dark"])
}

// Nothing is loaded from elsewhere, and the browser finds nothing to complain about; it asks the
// API for nothing by itself.
func TestAlone(t *testing.T) {
	t.Parallel()
	w, s := openWindow(t), newSite(t)
	w.open(s.url)
	loaded := evaluate[[]string](w, `performance.getEntriesByType("resource").map(e => e.name)`)
	assert.Equal(t, []string{s.url + "/page/style.css"}, loaded)
	assert.Zero(t, evaluate[int](w, `document.scripts.length`))
}

// save takes a screenshot, and keeps it in the folder that PAGE_SCREENSHOTS names, if it names one.
func (w *window) save(name string) {
	w.t.Helper()
	picture, err := chromedp.Run(w.ctx, chromedp.FullScreenshot(100))
	require.NoError(w.t, err)
	require.NotEmpty(w.t, picture)
	if folder := os.Getenv("PAGE_SCREENSHOTS"); folder != "" {
		require.NoError(w.t, os.WriteFile(filepath.Join(folder, name), picture, 0o600))
	}
}
