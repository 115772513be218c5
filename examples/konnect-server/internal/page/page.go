package page

import (
	"bytes"
	"cmp"
	"embed"
	"html/template"
	"net/http"
	"net/url"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// Base is the path below which all pages but the start page lie.
const Base = "/page/"

// How many requests of the log are shown: on the start page, and on their own.
const fewRequests, manyRequests = 8, RequestLogLimit

// The page has no scripts, and nothing in it comes from elsewhere or leads there.
const contentPolicy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

//go:embed templates
var files embed.FS

// pages answers for a server.
type pages struct {
	konnect   *konnecttest.Server
	templates map[string]*template.Template
}

// view is what every page gets.
type view struct {
	Title    string
	Planes   []*plane
	Trial    trial
	Requests []shownRequest
	Content  any // of the page alone
}

// New returns a handler for the start page and for what lies below Base. It guards nothing: see Guard.
func New(konnect *konnecttest.Server) http.Handler {
	p := &pages{konnect: konnect, templates: map[string]*template.Template{}}
	for _, name := range []string{"start", "plane", "entity", "try", "requests", "missing"} {
		p.templates[name] = template.Must(template.New("layout.html").Funcs(functions()).ParseFS(files,
			"templates/layout.html", "templates/parts.html", "templates/"+name+".html"))
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.start)
	mux.HandleFunc("GET "+Base+"style.css", p.style)
	mux.HandleFunc("GET "+Base+"try", p.try)
	mux.HandleFunc("GET "+Base+"requests", p.requests)
	mux.HandleFunc("GET "+Base+"control-planes/{plane}", p.plane)
	mux.HandleFunc("GET "+Base+"control-planes/{plane}/{entity}/{collection...}", p.entity)
	mux.HandleFunc(Base, p.missing)
	return mux
}

func functions() template.FuncMap {
	return template.FuncMap{
		"visible": visible, "json": indented, "short": short,
		"planePath": func(id string) string { return Base + "control-planes/" + url.PathEscape(id) },
		"path": func(e *entity) string {
			return Base + "control-planes/" + url.PathEscape(e.PlaneID) + "/" + url.PathEscape(e.ID()) + "/" + e.Collection
		},
	}
}

func (p *pages) view(title string, requests int) view {
	return view{
		Title: title, Planes: planesOf(p.konnect.Dump()), Trial: trialOf(nil),
		Requests: shownRequests(p.konnect.Requests(), requests),
	}
}

func (p *pages) start(w http.ResponseWriter, _ *http.Request) {
	p.show(w, http.StatusOK, "start", p.view("In-memory Konnect", fewRequests))
}

func (p *pages) requests(w http.ResponseWriter, _ *http.Request) {
	p.show(w, http.StatusOK, "requests", p.view("Latest requests", manyRequests))
}

func (p *pages) missing(w http.ResponseWriter, _ *http.Request) {
	p.show(w, http.StatusNotFound, "missing", p.view("Not there", 0))
}

// planeContent is a control plane with the picture of its references.
type planeContent struct {
	Plane   *plane
	Members []*plane
	Picture picture
}

func (p *pages) plane(w http.ResponseWriter, r *http.Request) {
	v := p.view("", 0)
	found := v.planeOf(r.PathValue("plane"))
	if found == nil {
		p.missing(w, r)
		return
	}
	content := planeContent{Plane: found, Picture: draw(found.Entities(), nil)}
	for _, id := range found.Members {
		if member := v.planeOf(id); member != nil {
			content.Members = append(content.Members, member)
		}
	}
	v.Title, v.Trial.Plane, v.Content = found.Name, found.ID, content
	p.show(w, http.StatusOK, "plane", v)
}

// entityContent is an entity with the picture of what is around it.
type entityContent struct {
	Plane   *plane
	Entity  *entity
	Picture picture
}

func (p *pages) entity(w http.ResponseWriter, r *http.Request) {
	v := p.view("", 0)
	found := v.planeOf(r.PathValue("plane"))
	if found == nil {
		p.missing(w, r)
		return
	}
	e := found.find(r.PathValue("collection"), r.PathValue("entity"))
	if e == nil {
		p.missing(w, r)
		return
	}
	v.Title, v.Content = e.Title(), entityContent{Plane: found, Entity: e, Picture: draw(around(e), e)}
	p.show(w, http.StatusOK, "entity", v)
}

// tryContent is what becomes of a request.
type tryContent struct {
	Answers []answer
	Problem string // with the form
}

func (p *pages) try(w http.ResponseWriter, r *http.Request) {
	v := p.view("Which route takes it", 0)
	v.Trial = trialOf(r.URL.Query())
	answers, err := v.Trial.answers(v.Planes)
	content, status := tryContent{Answers: answers}, http.StatusOK
	if err != nil {
		content.Problem, status = err.Error(), http.StatusBadRequest
	}
	v.Content = content
	p.show(w, status, "try", v)
}

func (v *view) planeOf(id string) *plane {
	for _, p := range v.Planes {
		if p.ID == id {
			return p
		}
	}
	return nil
}

func (p *pages) style(w http.ResponseWriter, _ *http.Request) {
	content, err := files.ReadFile("templates/style.css")
	p.send(w, http.StatusOK, "text/css; charset=utf-8", content, err)
}

func (p *pages) show(w http.ResponseWriter, status int, name string, v view) {
	v.Title = cmp.Or(v.Title, "Without a name")
	var out bytes.Buffer
	err := p.templates[name].Execute(&out, v)
	p.send(w, status, "text/html; charset=utf-8", out.Bytes(), err)
}

// send answers as a whole or, after an error, with that alone.
func (p *pages) send(w http.ResponseWriter, status int, contentType string, content []byte, err error) {
	if err != nil {
		http.Error(w, "the page could not be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Set("Content-Security-Policy", contentPolicy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store") // it is what the server holds now
	w.WriteHeader(status)
	_, _ = w.Write(content)
}
