//! Finding out who says what: from the entries of a note to the names of its writing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use skein_space::{ChainId, Entry, EntryHash, EntryRef, Kind, NoteId, SpaceId, alias_id};

use super::{Stretch, Voices};
use crate::api::{EndReason, GraphRow, Held, HeldError};
use crate::engine::Engine;
use crate::engine::space::Space;
use crate::engine::steps::{Began, Steps, client_of};

impl Voices {
    /// From all entries of a note that are held, those on their way to disk included.
    pub fn of(
        space: &Space,
        held: &dyn Held,
        note: NoteId,
        rows: &[GraphRow],
    ) -> Result<Voices, HeldError> {
        let steps = Steps::of(space, held, note, rows)?;
        let mut voices = Voices::default();
        let mut families: BTreeMap<u64, Vec<Began>> = BTreeMap::new();
        for began in steps.sessions()? {
            families.entry(began.client).or_default().push(began);
        }
        for (client, began) in families {
            let divided = began.len() > 1 || steps.on_several(began[0].session);
            if divided {
                voices.take_family(&steps, client, &began)?;
            }
        }
        voices.look_back(&steps);
        Ok(voices)
    }

    /// Adds all writing that begins with one id, and names it. Nothing where that says one thing after all.
    fn take_family(
        &mut self,
        steps: &Steps<'_>,
        client: u64,
        began: &[Began],
    ) -> Result<(), HeldError> {
        let mut family = Voices::default();
        let mut roots = Vec::new();
        for b in began {
            let root = family.begin(None, b.hash, 0);
            roots.push(root);
            family.follow(steps, b.session, b.session.0, b.session.1, root)?;
        }
        if family.stretches.len() < 2 {
            return Ok(());
        }
        family.name(&roots, client);
        let shift = self.stretches.len();
        self.stretches
            .extend(family.stretches.into_iter().map(|mut one| {
                one.parent = one.parent.map(|parent| parent + shift);
                one.divides.iter_mut().for_each(|index| *index += shift);
                one
            }));
        let all = roots.into_iter().map(|root| root + shift).collect();
        self.families.insert(client, all);
        let aliases = family.aliases.into_iter();
        self.aliases
            .extend(aliases.map(|(alias, index)| (alias, index + shift)));
        for (line, parts) in family.lines {
            let parts = parts.into_iter().map(|(from, index)| (from, index + shift));
            self.lines.insert(line, parts.collect());
        }
        Ok(())
    }

    fn begin(&mut self, parent: Option<usize>, first: EntryHash, from_clock: u64) -> usize {
        self.stretches.push(Stretch {
            parent,
            first,
            from_clock,
            alias: 0,
            base: 0,
            divides: Vec::new(),
        });
        self.stretches.len() - 1
    }

    /// Follows a session along a branch from a place on, and along the branches it goes on in.
    fn follow(
        &mut self,
        steps: &Steps<'_>,
        session: (ChainId, u64),
        branch: ChainId,
        from: u64,
        stretch: usize,
    ) -> Result<(), HeldError> {
        let parts = self.lines.entry((branch, session.1)).or_default();
        if parts.last().is_none_or(|(_, last)| *last != stretch) {
            parts.push((from, stretch));
        }
        let Some((place, mut branches)) = steps.next_parting(session, branch, from) else {
            return Ok(());
        };
        if steps.holds_more(session, branch, place) {
            branches.push(branch);
        }
        if let [only] = branches[..] {
            return self.follow(steps, session, only, place, stretch);
        }
        let from_clock = steps.clock_before(session, branch, place)?;
        for branch in branches {
            // Every branch named here holds that place.
            let first = steps.hash_at(branch, place)?.unwrap_or(EntryHash([0; 32]));
            let index = self.begin(Some(stretch), first, from_clock);
            self.stretches[stretch].divides.push(index);
            self.follow(steps, session, branch, place, index)?;
        }
        Ok(())
    }

    /// Names all stretches of a family: of those that divide, the one with the lowest hash keeps the name.
    fn name(&mut self, roots: &[usize], client: u64) {
        let mut open: Vec<(Vec<usize>, (u64, u64))> = vec![(roots.to_vec(), (client, 0))];
        while let Some((siblings, kept)) = open.pop() {
            let keeps = siblings
                .iter()
                .copied()
                .min_by_key(|i| self.stretches[*i].first);
            for index in siblings {
                let one = &mut self.stretches[index];
                (one.alias, one.base) = if Some(index) == keeps {
                    kept
                } else {
                    self.aliases.insert(alias_id(&one.first), index);
                    (alias_id(&one.first), one.from_clock)
                };
                open.push((one.divides.clone(), (one.alias, one.base)));
            }
        }
    }

    /// What every author had seen when it wrote, from dependencies alone. Of an entry that still waits for some it is
    /// not all: it is booked again when it is applied.
    fn look_back(&mut self, steps: &Steps<'_>) {
        if self.is_plain() {
            return;
        }
        let previous = steps.previous();
        let here: BTreeSet<EntryRef> = steps.all.iter().map(|step| step.r).collect();
        let mut open: Vec<_> = steps.all.iter().collect();
        let mut before = usize::MAX;
        while open.len() < before {
            before = open.len();
            open.retain(|step| {
                let needs = || step.deps.iter().chain(previous.get(&step.r));
                let ready = needs().all(|r| !here.contains(r) || self.seen.contains_key(r));
                if ready {
                    self.saw(step.r, step.line(), needs());
                }
                !ready
            });
        }
    }
}

impl Engine {
    /// Whether an entry gives writing that is applied already another name. Then the note was built anew, with it.
    pub(in crate::engine) fn renames(
        &mut self,
        held: &dyn Held,
        space: SpaceId,
        entry: &Arc<Entry>,
    ) -> bool {
        let (note, r) = (entry.header().note, entry.reference());
        let Some(s) = self.spaces.get_mut(&space) else {
            return false;
        };
        let Some(mut loaded) = s.loaded.remove(&note) else {
            return false;
        };
        let rival = || client_of(entry).is_some_and(|client| loaded.is_taken(client, &r));
        let two = s.is_forked(entry.chain_id()) || entry.header().kind == Kind::Session && rival();
        if !two || loaded.knows(&r) {
            s.loaded.insert(note, loaded);
            return false;
        }
        let rows = held.graph(space, note);
        let voices = rows.and_then(|rows| Voices::of(s, held, note, &rows));
        let keeps = voices.map(|voices| {
            let keeps = voices.keep_names(&loaded.voices, &loaded);
            if keeps {
                loaded.voices = voices;
            }
            keeps
        });
        s.loaded.insert(note, loaded);
        match keeps {
            Ok(true) => return false,
            Ok(false) => self.rebuild(held, space, note, EndReason::Divided),
            // Under wrong names nothing may be applied.
            Err(_) => self.read_later(space, note),
        }
        true
    }
}

impl Space {
    /// Whether any entry of a note is on a chain that forked.
    pub fn forks_touch(&self, note: NoteId, rows: &[GraphRow]) -> bool {
        let forked = self.forked();
        let of_note = self.inflight.values().filter(|e| e.header().note == note);
        let mut chains = rows
            .iter()
            .map(|row| row.chain)
            .chain(of_note.map(|e| e.chain_id()));
        !forked.is_empty() && chains.any(|chain| forked.contains(&chain))
    }
}
