package page

import (
	"slices"
	"strings"
)

// holder is what looks after an entity or a control plane, as far as its tags or labels tell.
type holder struct {
	By     string
	Detail string // what else they say, such as owner and object; may be empty
}

const nobody = "nobody, by its tags"

// holderOfTags goes by tags of the form key:value.
func holderOfTags(tags []string) holder {
	marks, plain := map[string]string{}, []string{}
	for _, tag := range tags {
		key, value, found := strings.Cut(tag, ":")
		if found {
			marks[key] = value
		} else {
			plain = append(plain, tag)
		}
	}
	if h := holderOfMarks(marks); h.By != "" {
		return h
	}
	switch {
	case slices.Contains(plain, "managed-by-ingress-controller"):
		return holder{"Kong Ingress Controller", objectOf(marks)}
	case len(tags) > 0:
		return holder{"decK, if it selects by a tag", "tags: " + strings.Join(tags, ", ")}
	}
	return holder{By: nobody}
}

func holderOfLabels(labels map[string]string) holder {
	h := holderOfMarks(labels)
	if h.By == "" {
		h.By = "nobody, by its labels"
	}
	return h
}

// holderOfMarks is zero where the marks name nobody. Marks of konnectkit count only when they are
// complete, as for konnectkit itself.
func holderOfMarks(marks map[string]string) holder {
	by, owner, key := marks["managed-by"], marks["managed-owner"], marks["managed-key"]
	object := objectOf(marks)
	switch {
	case by == "konnectkit" && owner != "" && key != "":
		if object == "" {
			object = "object " + key
		}
		return holder{"konnectkit", "owner " + owner + ", " + object}
	case by == "kong-operator" || marks["k8s-uid"] != "":
		return holder{"Kong operator", object}
	}
	return holder{By: by, Detail: object}
}

// objectOf names the Kubernetes object that an entity was made of; empty where no mark does.
func objectOf(marks map[string]string) string {
	name := marks["k8s-name"]
	if namespace := marks["k8s-namespace"]; namespace != "" && name != "" {
		name = namespace + "/" + name
	}
	return strings.TrimSpace(marks["k8s-kind"] + " " + name)
}
