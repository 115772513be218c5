package openapi_test

import (
	"testing"
)

func TestContract(t *testing.T) {
	c := readContract(t).client()
	cp := c.do(exchange{"POST", "/v2/control-planes", map[string]any{"name": "cp"}, 201, false})
	e := "/v2/control-planes/" + cp["id"].(string) + "/core-entities"
	c.do(exchange{"POST", e + "/services", map[string]any{"name": "cp", "host": "a"}, 201, false})
	c.do(exchange{"POST", e + "/services", map[string]any{"name": "cp", "host": "a"}, 400, false})
	c.do(exchange{"GET", e + "/services?size=10", nil, 200, false})
	c.do(exchange{"POST", e + "/routes", map[string]any{"name": "cp", "paths": []string{"/a"}}, 201, false})
	c.do(exchange{"GET", "/v2/control-planes?filter[name][eq]=x&page[size]=2", nil, 200, false})
	c.do(exchange{"GET", "/v3/users/me", nil, 200, false})
}
