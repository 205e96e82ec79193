//! One note in memory: its document, and which held entries it is made of.
//!
//! Holding and applying are two things. Every held entry of the note is in exactly one place here: applied,
//! refused, set aside, or waiting for something that is not here yet. What is applied depends on the set of
//! entries held alone, never on the order they came in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use skein_note::gate::Moved;
use skein_note::{Note, NoteError};
use skein_space::{ChainId, Entry, EntryRef, Kind, Log, Roster, RosterPast, planted};

use super::judge::Judge;
use super::voices::Voices;
use crate::api::{NoteState, SessionHandle};

/// The key of a session's writing on one branch: that branch, and the place of its Session entry.
pub(super) type LineKey = (ChainId, u64);

/// One session's writing to a note on one branch, as far as it is held.
#[derive(Clone, Debug)]
pub(super) struct Writing {
    pub client: u64,
    /// Where the session's next struct must start.
    pub end_clock: u64,
    /// The gate refused an entry: nothing of the session counts from there on.
    pub stopped: bool,
    /// Its Session entry.
    pub first: EntryRef,
    /// The session's last entry held.
    pub last: EntryRef,
    /// Roster entries in the past of `last`, as the session's own entries name them.
    pub past: RosterPast,
}

/// A held entry that is not applied, with what must come first.
#[derive(Clone, Debug)]
pub(super) struct Unapplied {
    pub entry: Arc<Entry>,
    /// Its branch.
    pub id: ChainId,
    /// Its session.
    pub key: LineKey,
    /// The session's entry before it.
    pub previous: Option<EntryRef>,
    /// Ids its bytes name: (client, clock).
    pub names: Vec<(u64, u64)>,
    /// Its roster past, for the verdict on standing.
    pub past: RosterPast,
}

impl Unapplied {
    /// What must be applied first.
    pub fn needs(&self) -> impl Iterator<Item = &EntryRef> {
        self.entry.header().deps.iter().chain(&self.previous)
    }
}

/// What applying an entry changed, for windows and lists.
pub(super) struct Applied {
    pub entry: Arc<Entry>,
    pub previous: Option<EntryRef>,
    /// Its bytes as the document here took them, where ids go by other names than its author's.
    pub renamed: Option<Vec<u8>>,
}

impl Applied {
    /// The bytes as windows on this document take them.
    pub fn bytes(&self) -> &[u8] {
        self.renamed.as_deref().unwrap_or(self.entry.payload())
    }
}

/// One note in memory.
pub(super) struct Loaded {
    pub doc: Note,
    pub writings: BTreeMap<LineKey, Writing>,
    /// Applied entries.
    pub applied: BTreeSet<EntryRef>,
    /// Per chain the highest applied place.
    tops: BTreeMap<ChainId, u64>,
    /// Applied Edit entries, for receipts: branch → places, rising.
    pub edits: BTreeMap<ChainId, Vec<u64>>,
    pub frontier: BTreeSet<EntryRef>,
    /// Who says what, where one id says two things.
    pub voices: Voices,
    /// Per session the highest applied place, for snapshots.
    pub covers: BTreeMap<LineKey, u64>,
    pub waiting: BTreeMap<EntryRef, Unapplied>,
    pub aside: BTreeMap<EntryRef, Unapplied>,
    pub refused: BTreeSet<EntryRef>,
    /// An entry of a kind or format this version does not know is held.
    pub newer: bool,
    /// The document failed here.
    pub broken: bool,
    /// The entry it failed on.
    pub failed: Option<EntryRef>,
    /// Entries it was built without, as the document failed on them here.
    pub without: BTreeSet<EntryRef>,
    /// It holds an own edit that is in no log, as the note could not take it: it has to be read again.
    pub spoiled: bool,
    /// Sessions of this process that have the note open.
    pub open: BTreeSet<SessionHandle>,
    pub modified_ms: i64,
    pub entries_since_snapshot: u32,
    pub bytes_since_snapshot: usize,
    pub last_use: u64,
}

impl Loaded {
    pub fn new(doc: Note) -> Self {
        Self {
            doc,
            writings: BTreeMap::new(),
            applied: BTreeSet::new(),
            tops: BTreeMap::new(),
            edits: BTreeMap::new(),
            frontier: BTreeSet::new(),
            voices: Voices::default(),
            covers: BTreeMap::new(),
            waiting: BTreeMap::new(),
            aside: BTreeMap::new(),
            refused: BTreeSet::new(),
            newer: false,
            broken: false,
            failed: None,
            without: BTreeSet::new(),
            spoiled: false,
            open: BTreeSet::new(),
            modified_ms: 0,
            entries_since_snapshot: 0,
            bytes_since_snapshot: 0,
            last_use: 0,
        }
    }

    pub fn state(&self) -> NoteState {
        let broken = self.broken || !self.without.is_empty();
        match (broken, self.newer, self.waiting.is_empty()) {
            (true, _, _) => NoteState::Broken,
            (_, true, _) => NoteState::ReadOnly,
            (_, _, false) => NoteState::Waiting,
            _ => NoteState::Ok,
        }
    }

    pub fn has_applied(&self, r: &EntryRef) -> bool {
        self.applied.contains(r)
    }

    /// Whether an entry is accounted for, applied or not.
    pub fn knows(&self, r: &EntryRef) -> bool {
        self.has_applied(r)
            || self.waiting.contains_key(r)
            || self.aside.contains_key(r)
            || self.refused.contains(r)
    }

    /// Whether another session than the one that begins with `first` writes under an id.
    pub fn is_taken(&self, client: u64, first: &EntryRef) -> bool {
        let mut writings = self.writings.values();
        writings.any(|w| w.client == client && w.first != *first)
    }

    /// Whether two sessions write under one id.
    pub fn has_rivals(&self) -> bool {
        let mut first: BTreeMap<u64, EntryRef> = BTreeMap::new();
        let mut writings = self.writings.values();
        writings.any(|w| *first.entry(w.client).or_insert(w.first) != w.first)
    }

    /// Books an entry as applied without touching the document (it is in there already).
    pub fn book(
        &mut self,
        kind: Kind,
        id: ChainId,
        session: LineKey,
        r: EntryRef,
        deps: &[EntryRef],
        previous: Option<EntryRef>,
    ) {
        fold(&mut self.frontier, r, deps, previous);
        self.applied.insert(r);
        let top = self.tops.entry(r.chain).or_insert(0);
        *top = (*top).max(r.seq);
        let top = self.covers.entry(session).or_insert(0);
        *top = (*top).max(r.seq);
        if kind == Kind::Edit {
            let places = self.edits.entry(id).or_default();
            let at = places.partition_point(|s| *s < r.seq);
            places.insert(at, r.seq);
        }
    }

    /// Applies whatever can be applied now; returns it in the order it was applied.
    pub fn settle(&mut self, judge: Judge<'_>) -> Vec<Applied> {
        let mut done = Vec::new();
        let mut moved = true;
        while moved && !self.broken {
            moved = false;
            for r in self.waiting.keys().copied().collect::<Vec<_>>() {
                let Some(next) = self.waiting.get(&r) else {
                    continue;
                };
                match self.verdict(next, judge) {
                    Verdict::Wait if planted!(WaitingForgotten) => drop(self.waiting.remove(&r)),
                    Verdict::Wait => {}
                    Verdict::Refuse => {
                        self.waiting.remove(&r);
                        self.refused.insert(r);
                        moved = true;
                    }
                    Verdict::Aside => {
                        let unapplied = self.waiting.remove(&r).expect("just seen");
                        self.aside.insert(r, unapplied);
                        moved = true;
                    }
                    Verdict::Apply => {
                        moved = true;
                        let unapplied = self.waiting.remove(&r).expect("just seen");
                        done.extend(self.apply(unapplied));
                    }
                }
                if self.broken {
                    break;
                }
            }
        }
        done
    }

    /// Decides about one entry. An entry in standing brings in what it was built on, so what it needs and was
    /// set aside goes back to waiting with a mark that it is needed.
    fn verdict(&self, unapplied: &Unapplied, judge: Judge<'_>) -> Verdict {
        let h = unapplied.entry.header();
        let needs = || unapplied.needs();
        if needs().any(|r| self.refused.contains(r)) && !planted!(RefusedCounted) {
            return Verdict::Refuse;
        }
        if !known(h.kind) {
            return Verdict::Wait;
        }
        let standing = !judge.sets_aside(
            h.chain.device,
            unapplied.entry.chain_id(),
            h.seq,
            &unapplied.past,
        );
        if !standing && !self.built_upon(&unapplied.entry.reference(), judge) {
            return Verdict::Aside;
        }
        let here = needs().all(|r| judge.roster.holds(r) || self.has_applied(r));
        if here && self.holds_named(unapplied) {
            Verdict::Apply
        } else if planted!(VerdictByArrival) {
            Verdict::Refuse
        } else {
            Verdict::Wait
        }
    }

    /// Whether every id an entry's bytes name is in the document.
    fn holds_named(&self, unapplied: &Unapplied) -> bool {
        let renamed = self.renamed(unapplied);
        let names = renamed.as_ref().map_or(&unapplied.names, |r| &r.names);
        let mut names = names.iter();
        names.all(|(client, clock)| self.doc.holds(*client, *clock))
    }

    /// An edit's bytes with the names that its author's words have in the document here.
    fn renamed(&self, unapplied: &Unapplied) -> Option<Moved> {
        let Unapplied { entry, key, .. } = unapplied;
        let client = self.writings.get(key)?.client;
        let payload = (entry.header().kind == Kind::Edit).then(|| entry.payload())?;
        let needs = unapplied.needs();
        self.voices
            .translated(&entry.reference(), *key, needs, client, payload)
    }

    /// Whether an entry in standing has `r` in its past.
    fn built_upon(&self, r: &EntryRef, judge: Judge<'_>) -> bool {
        let mut seen = BTreeSet::from([*r]);
        let mut grew = true;
        while grew {
            grew = false;
            for (other, u) in self.waiting.iter().chain(&self.aside) {
                let h = u.entry.header();
                let on_it = h
                    .deps
                    .iter()
                    .chain(u.previous.as_ref())
                    .any(|d| seen.contains(d));
                if !on_it || seen.contains(other) {
                    continue;
                }
                if !judge.sets_aside(h.chain.device, u.entry.chain_id(), h.seq, &u.past) {
                    return true;
                }
                seen.insert(*other);
                grew = true;
            }
        }
        false
    }

    /// Edits set aside: what a person wrote, without the sessions it was written in.
    pub fn edits_aside(&self) -> u32 {
        let aside = self.aside.values();
        let edits = aside.filter(|one| one.entry.header().kind == Kind::Edit);
        edits.count() as u32
    }

    /// What was set aside is judged again: the roster changed, or something was built on it.
    pub fn judge_again(&mut self) {
        self.waiting.append(&mut self.aside);
    }

    fn apply(&mut self, unapplied: Unapplied) -> Option<Applied> {
        let renamed = self.renamed(&unapplied).map(|renamed| renamed.bytes);
        let Unapplied {
            entry,
            id,
            key,
            previous,
            ..
        } = unapplied;
        let h = entry.header();
        let left_out = planted!(DeletesDropped) && entry.payload().first() == Some(&0);
        if h.kind == Kind::Edit && !left_out {
            let fails = planted!(ApplyFails) && h.seq == 4;
            match self
                .doc
                .apply(renamed.as_deref().unwrap_or(entry.payload()))
            {
                Ok(()) if !fails => {}
                Err(NoteError::Misplaced(_)) => {
                    // A verdict like the gate's: how two words stand to each other never changes. What comes after it
                    // in its session is built on it.
                    self.refused.insert(entry.reference());
                    return None;
                }
                _ => {
                    // Not a verdict: this device's yrs failed on bytes the gate passed. The entry stays held.
                    self.broken = true;
                    self.failed = Some(entry.reference());
                    return None;
                }
            }
        }
        self.book(h.kind, id, key, entry.reference(), &h.deps, previous);
        let needs = h.deps.iter().chain(&previous);
        self.voices.saw(entry.reference(), key, needs);
        if h.kind == Kind::Edit {
            self.modified_ms = self.modified_ms.max(h.wall_ms);
        }
        self.entries_since_snapshot += 1;
        self.bytes_since_snapshot += entry.payload().len();
        Some(Applied {
            entry,
            previous,
            renamed,
        })
    }

    /// Per notes chain the highest applied place.
    pub fn tips(&self) -> Vec<(ChainId, u64)> {
        self.tops
            .iter()
            .map(|(chain, seq)| (*chain, *seq))
            .collect()
    }

    /// Whose words the note waits for: the author of the first thing missing, where the chain is known.
    pub fn first_missing(&self, roster: &Roster) -> Option<EntryRef> {
        self.waiting
            .values()
            .flat_map(|u| u.entry.header().deps.iter().chain(u.previous.as_ref()))
            .find(|r| !roster.holds(r) && !self.has_applied(r) && !self.waiting.contains_key(r))
            .copied()
    }
}

enum Verdict {
    Apply,
    Wait,
    Refuse,
    Aside,
}

/// Whether this version knows what a kind does to a note; kinds from 128 on do nothing to it.
pub(super) fn known(kind: Kind) -> bool {
    match kind {
        Kind::Session | Kind::Edit => true,
        Kind::Member | Kind::Squash | Kind::Purge => false,
        Kind::Other(code) => code >= 128,
    }
}

/// Applying `r` turns a frontier F into F − deps(r) − previous(r) + r (protocol.md, deps).
pub(super) fn fold(
    frontier: &mut BTreeSet<EntryRef>,
    r: EntryRef,
    deps: &[EntryRef],
    previous: Option<EntryRef>,
) {
    for dep in deps.iter().filter(|_| !planted!(FrontierUnfolded)) {
        frontier.remove(dep);
    }
    if let Some(previous) = previous {
        frontier.remove(&previous);
    }
    frontier.insert(r);
}

/// The roster entries among some dependencies. `None` where a chain is not known at all, so that nobody can
/// say yet which log it is.
pub(super) fn roster_deps(
    deps: &[EntryRef],
    log_of: impl Fn(ChainId) -> Option<Log>,
) -> Option<Vec<EntryRef>> {
    let mut out = Vec::new();
    for dep in deps {
        if log_of(dep.chain)? == Log::Roster {
            out.push(*dep);
        }
    }
    Some(out)
}
