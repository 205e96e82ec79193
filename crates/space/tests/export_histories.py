#!/usr/bin/env python3
"""Writes histories of the roster model, with the model's verdicts, for tests/space/roster_model.rs.

Usage: export_histories.py MODEL.py COUNT > data/histories.json

The model holds entries that are not valid and goes on; devices do not hold them, and their chain ends there. So every
entry is made on what a device would hold: a refused entry among its deps gives way to that one's own deps, and a
lowering that would lower nothing becomes a removal. Verdicts are the model's own, over what devices would hold.

One history per line:
  {"seed", "entries": [...], "roles": [role of A, B, ...]}
  entry: [by, incarnation, seq, deps, what, verdict]; deps are places in the list
  what:  ["found"] | ["set", about, role] | ["lower", about, role, [[by, incarnation, log, seq], ...]]
         | ["move", about, place of the lowering, by, incarnation, log, seq] | ["edit"]
  verdict: 0 refused, 1 held and counts (edit: in standing by the roster), 2 held and does not count (edit: set aside)
For an edit deps are the maximal Member entries of its past.
"""
import importlib.util
import json
import sys

NAMES = "ABCDEF"


def load(path):
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("model", path)
    model = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(model)
    return model


def watch(model):
    """Makes the model build every entry on admitted ones only, and records all of them."""
    made, admitted, places = [], {}, {}
    plain = model.E.__init__

    def stand_in(deps):
        out = set()
        for dep in deps:
            out |= {dep} if admitted[dep] else stand_in(dep.deps)
        return out

    def make(self, by, chain, seq, kind, deps, sprev=None, about=None, role=None, cuts=None, amend=None, honest=True):
        deps = stand_in(deps)
        sprev = sprev if sprev is not None and admitted[sprev] else None
        past = set().union(*({d} | d._past for d in deps)) if deps else set()
        if cuts is not None and role >= model.Roster.of(past).role(about):
            role = model.OUT
        plain(self, by, chain, seq, kind, deps, sprev, about, role, cuts, amend, honest)
        follows = seq == 1 or admitted.get(places.get((chain, seq - 1)), False)
        needs = model.OWNER if kind == "member" else model.EDITOR
        may = amend == "root" or model.Roster.of(self._past).role(by) >= needs
        admitted[self] = follows and may
        places[chain, seq] = self
        made.append(self)

    model.E.__init__ = make
    return made, admitted, places


def what(model, entry, place):
    device = NAMES.index
    if entry.kind == "edit":
        return ["edit"]
    if entry.amend == "root":
        return ["found"]
    if model.is_lowering(entry):
        cuts = [[device(c[0]), c[1], c[2], seq] for c, seq in sorted(entry.cuts.items())]
        return ["lower", device(entry.about), entry.role, cuts]
    if isinstance(entry.amend, tuple):
        lowering, chain, seq = entry.amend
        return ["move", device(entry.about), place[lowering], device(chain[0]), chain[1], chain[2], seq]
    return ["set", device(entry.about), entry.role]


def export(model, seed):
    made, admitted, places = watch_state
    for record in (made, admitted, places):
        record.clear()
    model.run(seed)
    model.Roster.cache.clear()
    roster = model.Roster.of({e for e in made if admitted[e]})
    place = {e: i for i, e in enumerate(made)}
    entries = []
    for e in made:
        deps = e.deps if e.kind == "member" else model.frontier(p for p in e._past if p.kind == "member")
        if not admitted[e]:
            verdict = 0
        elif e.kind == "member":
            verdict = 1 if roster._counts(e) else 2
        else:
            verdict = 2 if roster.cut(e) else 1
        entries.append([NAMES.index(e.by), e.chain[1], e.seq, sorted(place[d] for d in deps), what(model, e, place), verdict])
    return {"seed": seed, "entries": entries, "roles": [roster.role(n) for n in NAMES]}


if __name__ == "__main__":
    model = load(sys.argv[1])
    watch_state = watch(model)
    for seed in range(int(sys.argv[2])):
        print(json.dumps(export(model, seed), separators=(",", ":")))
