package konnecttest

import "encoding/json"

func consumerGroup(set *settings) *collection {
	name := nameField()
	name.required = true
	return &collection{
		path: "consumer_groups", entity: "consumer_group", limit: 1_000, readKey: "name",
		unique:  []unique{{field: "name"}},
		fields:  withCommon(set, name),
		answers: answers{one: groupWithConsumers},
	}
}

// groupWithConsumers wraps a group with all its consumers, unless the request declines them.
func groupWithConsumers(sc *scope, group *entity) []byte {
	out := map[string]any{"consumer_group": json.RawMessage(sc.shown(group))}
	if sc.query.Get("list_consumers") != "false" {
		consumers, members := []json.RawMessage{}, sc.in("consumers")
		for _, pair := range *sc.in(membershipsPath).pairs("consumer_group", group) {
			e := members.table.byID[text(pair.values, "consumer.id")]
			consumers = append(consumers, members.shown(e))
		}
		out["consumers"] = consumers
	}
	return mustEncode(out)
}
