package routing_test

import (
	"encoding/json"
	"fmt"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

// shop returns a service with two routes.
func shop() []crd.Object {
	service, err := builder.NewService("shop").Namespace("kong").ControlPlane("cp").Host("shop.internal").Path("/v1").Build()
	if err != nil {
		panic(err)
	}
	objects := []crd.Object{service}
	for _, r := range []*builder.Route{
		builder.NewRoute("items").Namespace("kong").Service("shop").Protocols("http", "https").Methods("GET").Paths("/items"),
		builder.NewRoute("any").Namespace("kong").Service("shop").Protocols("http", "https").Paths("~/i.*"),
	} {
		route, err := r.Build()
		if err != nil {
			panic(err)
		}
		objects = append(objects, route)
	}
	return objects
}

// The regular expression takes the request although the other route matches by more
// fields.
func Example() {
	routes, err := routing.FromObjects(shop(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	request := routing.Request{Method: "GET", Host: "shop.example.com", Path: "/items/7?details"}
	for _, priority := range []routing.Priority{routing.Original, routing.Strict} {
		router, err := routing.New(routes, routing.WithPriority(priority))
		if err != nil {
			fmt.Println(err)
			return
		}
		match, ok := router.Match(request)
		fmt.Println(priority, ok, match.Route, match.UpstreamPath)
	}
	// Output:
	// original true KongRoute kong/any /v1
	// strict true KongRoute kong/items /v1/7
}

func ExampleFromObjects() {
	routes, err := routing.FromObjects(shop(), func(object crd.Object) string { return "id-of-" + object.GetName() })
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range routes {
		fmt.Println(r.ID, r.Paths, r.Service)
	}
	// Output:
	// id-of-items [/items] KongService kong/shop
	// id-of-any [~/i.*] KongService kong/shop
}

func ExampleFromEntities() {
	routes, err := routing.FromEntities(
		[]json.RawMessage{json.RawMessage(`{"id": "r", "name": "echo", "paths": ["/echo"], "service": {"id": "s"}}`)},
		[]json.RawMessage{json.RawMessage(`{"id": "s", "name": "echo-service", "host": "echo.internal"}`)},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(&routes[0], routes[0].Protocols, *routes[0].StripPath, routes[0].Service)
	// Output: route echo [http https] true service echo-service
}

func ExampleNew() {
	_, err := routing.New([]routing.Route{{Name: "ahead", Paths: []string{"~/a(?=b)"}}}, routing.WithFlavor(routing.Traditional))
	fmt.Println(err)
	// Output: route ahead: paths: "~/a(?=b)": look-around, (?=, cannot be matched here as the gateway does
}

func ExampleRouter_Match() {
	router, err := routing.New([]routing.Route{{
		Name: "users", Protocols: []string{"https"}, HTTPSRedirectStatusCode: 301,
		Paths: []string{`~/users/(?<id>\d+)`}, Service: &routing.Service{Host: "users.internal"},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, protocol := range []string{"http", "https"} {
		m, _ := router.Match(routing.Request{Protocol: protocol, Host: "example.com:8000", Path: "/users/7/name?x=1"})
		fmt.Println(m.Status, m.Location, m.UpstreamPath, m.Captures["id"])
	}
	// Output:
	// 301 https://example.com/users/7/name?x=1 /name 7
	// 0  /name 7
}

func ExampleRouter_Explain() {
	routes, err := routing.FromObjects(shop(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	routes = append(routes, routing.Route{Name: "admin", Hosts: []string{"admin.example.com"}, Paths: []string{"/items"}})
	router, err := routing.New(routes)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(router.Explain(routing.Request{Host: "shop.example.com", Path: "//items/7?details"}))
	// Output:
	// GET http://shop.example.com//items/7
	//   is matched as /items/7
	//   is taken by KongRoute kong/any
	//   and goes to KongService kong/shop as /v1
	//   These would take it as well:
	//   - KongRoute kong/items: matches by no regular expression of the path, as the other does
	//   These miss by one field:
	//   - route admin: hosts: shop.example.com is not admin.example.com
}

func ExampleRouter_Lint() {
	routes, err := routing.FromObjects(shop(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	router, err := routing.New(routes)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, finding := range router.Lint() {
		fmt.Println(finding)
	}
	// Output:
	// KongRoute kong/items takes no request: KongRoute kong/any takes all of them before; GET http://example.com/items shows it [shadowed]
	// KongRoute kong/any comes before KongRoute kong/items in the original calculation of priorities, and after it in the other; GET http://example.com/items shows it [calculation]
}
