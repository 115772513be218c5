package konnecttest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"sync"
)

// store is the state of all organizations.
type store struct {
	mu        sync.RWMutex
	rows      []*collection
	referrers map[string][]referrer // by path of the collection referred to
	planes    map[string]*controlPlane
	order     []*controlPlane // by creation
	released  map[string]release
	seq       uint64
}

// referrer is a reference as its target sees it.
type referrer struct {
	row   *collection
	index int // of row.foreign
}

func newStore(rows []*collection) *store {
	st := &store{
		rows: rows, referrers: map[string][]referrer{},
		planes: map[string]*controlPlane{}, released: map[string]release{},
	}
	for _, row := range rows {
		for i, f := range row.foreign {
			st.referrers[f.to] = append(st.referrers[f.to], referrer{row: row, index: i})
		}
	}
	return st
}

func (st *store) nextSeq() uint64 {
	st.seq++
	return st.seq
}

// scope is one access to a collection of one control plane, under the store's lock.
type scope struct {
	server *Server
	plane  *controlPlane
	table  *table
	now    moment
	query  url.Values // of the request; nil without one
}

func (sc *scope) set() *settings { return sc.server.set }

// in is the scope of another collection of the same control plane.
func (sc *scope) in(path string) *scope {
	out := *sc
	out.table = sc.plane.tables[path]
	return &out
}

// store creates an entity with that ID, or replaces e unless it is nil.
func (sc *scope) store(e *entity, id string, values object) (*entity, *failure) {
	values, fail := sc.completed(e, id, values)
	if fail != nil {
		return nil, fail
	}
	if fail := sc.checkStored(e, id, values); fail != nil {
		return nil, fail
	}
	fresh := e == nil
	if fresh {
		e = &entity{id: id, seq: sc.server.store.nextSeq(), created: sc.now.at, born: sc.now}
	}
	full, encoded, err := sc.table.stamped(sc.set(), values, e.id, e.created, sc.now.at)
	if err != nil {
		return nil, badRequest(err.Error())
	}
	if !fresh {
		sc.release(e, full, e.id)
	}
	sc.table.put(e, full, encoded)
	if after := sc.table.row.writes.after; after != nil {
		after(sc, e)
	}
	return e, nil
}

// completed are the values with what the server fills in.
func (sc *scope) completed(e *entity, id string, values object) (object, *failure) {
	row := sc.table.row
	if fail := row.parentFault(values); fail != nil || row.writes.complete == nil {
		return values, fail
	}
	c := &completion{scope: sc, id: id, values: maps.Clone(values)}
	if e != nil {
		c.id, c.old = e.id, e.values
	}
	return c.values, row.writes.complete(c)
}

// checkStored holds values against the limit and what else is stored.
func (sc *scope) checkStored(e *entity, id string, values object) *failure {
	if e == nil {
		if fail := sc.admit(); fail != nil {
			return fail
		}
	}
	if fail := sc.checkUnique(e, id, values); fail != nil {
		return fail
	}
	return sc.checkForeign(values)
}

func (sc *scope) admit() *failure {
	limit, set := sc.set().limits[sc.table.row.path]
	if !set {
		limit = sc.table.row.limit
	}
	if limit > 0 && len(sc.table.byID) >= limit {
		return usageConstraint(sc.set().limitStatus, "the limit of "+sc.table.row.path+" is reached")
	}
	return nil
}

func (sc *scope) checkUnique(e *entity, id string, values object) *failure {
	if e == nil && sc.table.byID[id] != nil {
		return brokenConstraint("id", "primary")
	}
	lag := sc.server.faults.lag(releaseLag)
	for i, u := range sc.table.row.unique {
		key := u.key(values)
		if key == "" {
			continue
		}
		if other := sc.table.unique[i][key]; other != nil && other != e {
			return sc.set().taken(u, values)
		}
		freed, ok := sc.table.released[u.field+key]
		if ok && lag.holds(freed.at, sc.now) && (e == nil || freed.id != e.id) {
			return sc.set().taken(u, values)
		}
	}
	return nil
}

// taken reports a unique value that something else has.
func (set *settings) taken(u unique, values object) *failure {
	if u.taken != nil {
		return u.taken
	}
	suffix := ""
	if set.quotedValues {
		suffix = fmt.Sprintf(" for value '%s': ", text(values, u.field))
	}
	return brokenKey(u.field, "unique", suffix)
}

func (sc *scope) checkForeign(values object) *failure {
	lag := sc.server.faults.lag(foreignLag)
	for _, f := range sc.table.row.foreign {
		for _, id := range f.ids(values) {
			parent := sc.plane.tables[f.to].byID[id]
			if parent == nil || lag.holds(parent.born, sc.now) {
				return brokenConstraint(f.errorField(), "foreign")
			}
		}
	}
	return nil
}

// release notes the unique keys that e gives up for those of values. Owner is the
// entity that may take them back at once.
func (sc *scope) release(e *entity, values object, owner string) {
	if sc.server.faults.lag(releaseLag) == (Lag{}) {
		return
	}
	for _, u := range sc.table.row.unique {
		if key := u.key(e.values); key != "" && key != u.key(values) {
			sc.table.released[u.field+key] = release{at: sc.now, id: owner}
		}
	}
}

// remove deletes e and what goes with it, unless something else refers to it.
func (sc *scope) remove(e *entity) *failure {
	victims := map[*entity]*table{}
	sc.collect(sc.table, e, victims)
	for victim, t := range victims {
		for ref, child := range sc.children(t, victim) {
			if _, gone := victims[child]; !gone && ref.onDelete() == refuse {
				return stillReferenced(ref.row.entity)
			}
		}
	}
	for victim, t := range victims {
		sc.in(t.row.path).release(victim, nil, "")
		t.drop(victim)
	}
	return nil
}

func (r referrer) onDelete() deletion { return r.row.foreign[r.index].onDelete }

// collect gathers e and, through cascades, all that would be deleted with it.
func (sc *scope) collect(t *table, e *entity, victims map[*entity]*table) {
	victims[e] = t
	for ref, child := range sc.children(t, e) {
		if _, known := victims[child]; !known && ref.onDelete() == cascade {
			sc.collect(sc.plane.tables[ref.row.path], child, victims)
		}
	}
}

// children yields the entities that refer to e.
func (sc *scope) children(t *table, e *entity) func(yield func(referrer, *entity) bool) {
	return func(yield func(referrer, *entity) bool) {
		for _, ref := range sc.server.store.referrers[t.row.path] {
			for _, child := range *sc.plane.tables[ref.row.path].foreign[ref.index].get(e.id) {
				if !yield(ref, child) {
					return
				}
			}
		}
	}
}

// readOnly refuses writes of core entities where the kind of control plane has none.
func (p *controlPlane) readOnly() *failure {
	switch p.view.Config.ClusterType {
	case clusterIngress:
		return usageConstraint(http.StatusForbidden, "operation not permitted on KIC cluster")
	case clusterGroup:
		return usageConstraint(http.StatusForbidden, "operation not permitted on control plane group")
	}
	return nil
}
