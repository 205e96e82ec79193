//! Who says what, where one client id says two things.
//!
//! A session that goes on in two branches of a forked chain, or two sessions with one nonce, give one id to two words. A
//! resumed machine image does that, and liars; a copied profile does not, as a session ends with its process. Both
//! words count: one writing keeps the id, the other goes by another name in this device's documents, and what was
//! built on it is read with the names that its author knew it by (SPEC A7).
//!
//! A session's writing is a line of stretches. It divides where two branches of its chain part and it goes on in both;
//! lines that begin with one id are a family. Of those that divide, the one whose entry at that place has the lowest hash
//! keeps the name. All of this is a function of the entries held.

mod families;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use skein_note::gate::{Landing, Moved, moved};
use skein_space::{EntryHash, EntryRef};

use super::note::{LineKey, Loaded, Writing};

/// Part of a session's writing, up to where it divides.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stretch {
    /// What it divided from.
    parent: Option<usize>,
    /// The entry that decides who keeps the name: its Session entry, or its branch's entry where it divided.
    first: EntryHash,
    /// The clock at which it divided.
    from_clock: u64,
    /// Its name in documents, and the clock that is 0 there.
    alias: u64,
    base: u64,
    /// What it divides into.
    divides: Vec<usize>,
}

/// The stretches a device had seen when it wrote something.
type Seen = Arc<BTreeSet<usize>>;

/// The names of a note's writing. Empty for all notes but those that one id says two things in.
#[derive(Clone, Debug, Default)]
pub(super) struct Voices {
    stretches: Vec<Stretch>,
    /// Client ids that several sessions begin with, or one that divides.
    families: BTreeMap<u64, Vec<usize>>,
    /// Names other than the session's own.
    aliases: BTreeMap<u64, usize>,
    /// By line: from which place on it is which stretch.
    lines: BTreeMap<LineKey, Vec<(u64, usize)>>,
    /// By entry of the note: what its author had seen, itself included.
    seen: BTreeMap<EntryRef, Seen>,
}

impl Voices {
    /// Whether every id says one thing.
    pub fn is_plain(&self) -> bool {
        self.stretches.is_empty()
    }

    /// Whether an id says two things, or is a name for one of them.
    pub fn tells_apart(&self, client: u64) -> bool {
        self.families.contains_key(&client) || self.aliases.contains_key(&client)
    }

    /// The stretch an entry of a line belongs to.
    fn stretch(&self, line: LineKey, seq: u64) -> Option<usize> {
        let parts = self.lines.get(&line)?.iter();
        let before = parts.filter(|(from, _)| *from <= seq);
        before
            .max_by_key(|(from, _)| *from)
            .map(|(_, stretch)| *stretch)
    }

    /// Books what the author of an entry had seen: all that those of its dependencies had.
    pub fn saw<'a>(
        &mut self,
        r: EntryRef,
        line: LineKey,
        needs: impl Iterator<Item = &'a EntryRef>,
    ) {
        if self.is_plain() {
            return;
        }
        let mut all = self.all_seen(needs);
        if let Some(own) = self.stretch(line, r.seq).filter(|own| !all.contains(own)) {
            Arc::make_mut(&mut all).insert(own);
        }
        self.seen.insert(r, all);
    }

    fn all_seen<'a>(&self, needs: impl Iterator<Item = &'a EntryRef>) -> Seen {
        let mut all: Seen = Seen::default();
        for theirs in needs.filter_map(|need| self.seen.get(need)) {
            if all.is_subset(theirs) {
                all = Arc::clone(theirs);
            } else if !theirs.is_subset(&all) {
                Arc::make_mut(&mut all).extend(theirs.iter());
            }
        }
        all
    }

    /// The bytes of an edit under the names of this device's document; none where they are the same.
    pub fn translated<'a>(
        &self,
        r: &EntryRef,
        line: LineKey,
        needs: impl Iterator<Item = &'a EntryRef>,
        client: u64,
        payload: &[u8],
    ) -> Option<Moved> {
        if self.is_plain() {
            return None;
        }
        let seen = self.all_seen(needs);
        let own = self.line_up_to(self.stretch(line, r.seq));
        let to = |id, clock| {
            if id == client && !own.is_empty() {
                self.on_line(&own, clock)
            } else {
                self.landing(&seen, id, clock)
            }
        };
        // The gate has read these bytes: they are an update of one writer.
        moved(payload, client, to).ok()
    }

    /// A stretch with all it divided from, the first one first.
    fn line_up_to(&self, mut at: Option<usize>) -> Vec<usize> {
        let mut line = Vec::new();
        while let Some(index) = at {
            line.push(index);
            at = self.stretches[index].parent;
        }
        line.reverse();
        line
    }

    /// Where an id of an author's own writing goes.
    fn on_line(&self, line: &[usize], clock: u64) -> Landing {
        let within = line.partition_point(|i| self.stretches[*i].from_clock <= clock);
        let next = line.get(within).map(|i| self.stretches[*i].from_clock);
        self.land(line[within.max(1) - 1], clock, next)
    }

    /// Where an id goes that somebody else wrote, as an author knew it who had seen these stretches.
    fn landing(&self, seen: &BTreeSet<usize>, client: u64, clock: u64) -> Landing {
        let as_it_is = Landing {
            client,
            clock,
            run: u64::MAX,
        };
        let (mut at, clock) = if let Some(index) = self.aliases.get(&client) {
            (*index, clock + self.stretches[*index].from_clock)
        } else {
            let roots = self.families.get(&client).into_iter().flatten();
            let known = roots.filter(|root| seen.contains(root)).copied();
            match known.min_by_key(|root| self.stretches[*root].first) {
                Some(root) => (root, clock),
                None => return as_it_is,
            }
        };
        let mut next = None;
        loop {
            let divides = self.stretches[at].divides.iter().copied();
            let known: Vec<usize> = divides.filter(|i| seen.contains(i)).collect();
            let (before, after): (Vec<usize>, Vec<usize>) = known
                .into_iter()
                .partition(|i| self.stretches[*i].from_clock <= clock);
            let boundary = after.iter().map(|i| self.stretches[*i].from_clock).min();
            next = [next, boundary].into_iter().flatten().min();
            match before.into_iter().min_by_key(|i| self.stretches[*i].first) {
                Some(deeper) => at = deeper,
                None => return self.land(at, clock, next),
            }
        }
    }

    fn land(&self, stretch: usize, clock: u64, next: Option<u64>) -> Landing {
        let one = &self.stretches[stretch];
        Landing {
            client: one.alias,
            clock: clock - one.base,
            run: next.map_or(u64::MAX, |next| next - clock),
        }
    }

    /// Whether everything that is applied goes by the same names as before, so that no document has to be made anew.
    pub fn keep_names(&self, before: &Voices, loaded: &Loaded) -> bool {
        let lines = self.lines.iter();
        lines
            .flat_map(|(line, parts)| parts.iter().map(move |part| (line, part)))
            .all(|(line, (from, stretch))| {
                let now = &self.stretches[*stretch];
                let reached = |w: &&Writing| w.last.seq >= *from;
                let Some(writing) = loaded.writings.get(line).filter(reached) else {
                    return true;
                };
                let was = match before.stretch(*line, *from) {
                    Some(index) => {
                        let was = &before.stretches[index];
                        (was.alias, was.base)
                    }
                    None => (writing.client, 0),
                };
                was == (now.alias, now.base)
            })
    }
}
