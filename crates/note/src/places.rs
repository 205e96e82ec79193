//! Where every unit of a document stands: in which list, under which key.
//!
//! yrs believes what an update says about neighbours and parents, and its memory is not safe when
//! that makes no sense: a left neighbour in one list and a right one in another, or text of several
//! units under a map's key, leave it with pointers to freed memory (found by the fuzz of
//! `gate/tests.rs`). So every update is placed here first. The gate places it with what the update
//! itself says; a note with everything it holds.

use std::collections::{BTreeMap, VecDeque};

use crate::config::MAX_NESTING;
use crate::gate::Refusal;
use crate::gate::parts::{Content, Deletes, Id, Parent, Span, Struct};

/// What a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nature {
    /// Nobody here knows: another update wrote it.
    Unknown,
    /// Gone with the type it was in.
    Garbage,
    /// A Y.Text: title, body, cells.
    Text,
    /// A tree of maps and lists, so many levels below its root.
    Objects(u8),
    /// Any other root.
    Other,
}

/// A list, or one key of a map.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Address {
    Unknown,
    Garbage,
    Root(String, Option<String>),
    Type(Id, Option<String>),
}

#[derive(Debug, Clone)]
struct Place {
    nature: Nature,
    keyed: bool,
}

/// What units hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// Deleted or garbage.
    Nothing,
    Content,
    /// A map or list: others can stand in it.
    Type,
}

/// Consecutive units of one client that stand in one place, each right after the one before when it
/// was written.
#[derive(Debug, Clone)]
struct Run {
    clock: u64,
    end: u64,
    /// From here on each unit was written right after the one before; earlier runs may be among them.
    chain: u64,
    place: usize,
    holds: Holds,
}

/// Why units could not be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Misplaced {
    /// They make no sense where they want to stand.
    Refused(Refusal),
    /// They stand beside, or delete, something that is not here.
    Missing,
}

impl From<Refusal> for Misplaced {
    fn from(refusal: Refusal) -> Self {
        Misplaced::Refused(refusal)
    }
}

/// The places of all units of a document.
pub(crate) struct Places {
    /// Whether an id that is not here belongs to somebody else's update, as for the gate.
    open: bool,
    clients: BTreeMap<u64, Vec<Run>>,
    places: Vec<Place>,
    addresses: BTreeMap<Address, usize>,
}

const UNKNOWN: usize = 0;
const GARBAGE: usize = 1;

impl Places {
    /// Of an empty document.
    pub(crate) fn new() -> Places {
        let place = |nature| Place {
            nature,
            keyed: false,
        };
        Places {
            open: false,
            clients: BTreeMap::new(),
            places: vec![place(Nature::Unknown), place(Nature::Garbage)],
            addresses: BTreeMap::from([(Address::Unknown, UNKNOWN), (Address::Garbage, GARBAGE)]),
        }
    }

    /// Checks one span with nothing but itself.
    pub(crate) fn check(span: &Span<'_>) -> Result<(), Refusal> {
        let mut places = Places {
            open: true,
            ..Places::new()
        };
        match places.advance(span, &mut 0) {
            Err(Misplaced::Refused(refusal)) => Err(refusal),
            Ok(()) | Err(Misplaced::Missing) => Ok(()),
        }
    }

    /// Next clock of a client.
    pub(crate) fn clock(&self, client: u64) -> u64 {
        let last = self.clients.get(&client).and_then(|runs| runs.last());
        last.map_or(0, |run| run.end)
    }

    /// Places all spans, which may stand beside each other, and checks that what is deleted is here.
    /// After an error nothing has changed.
    pub(crate) fn place(
        &mut self,
        spans: &[Span<'_>],
        deletes: &[Deletes],
    ) -> Result<(), Misplaced> {
        let touched = spans.iter().map(|span| span.client);
        let before: BTreeMap<u64, (usize, Option<Run>)> =
            touched.map(|client| (client, self.mark(client))).collect();
        let placed = self.place_all(spans).and_then(|()| {
            let here = |of: &Deletes| {
                of.ranges
                    .iter()
                    .all(|range| range.end <= self.clock(of.client))
            };
            if deletes.iter().all(here) {
                Ok(())
            } else {
                Err(Misplaced::Missing)
            }
        });
        if placed.is_err() {
            for (client, mark) in before {
                self.restore(client, mark);
            }
        }
        placed
    }

    /// How many runs a client has, and the last one: all that appending can change.
    fn mark(&self, client: u64) -> (usize, Option<Run>) {
        let runs = self.clients.get(&client).map_or(&[][..], Vec::as_slice);
        (runs.len(), runs.last().cloned())
    }

    fn restore(&mut self, client: u64, (count, last): (usize, Option<Run>)) {
        let runs = self.clients.entry(client).or_default();
        runs.truncate(count);
        if let (Some(slot), Some(last)) = (runs.last_mut(), last) {
            *slot = last;
        }
    }

    /// Spans wait for each other: one that stands beside a unit not yet placed goes on when the
    /// client of that unit has.
    fn place_all(&mut self, spans: &[Span<'_>]) -> Result<(), Misplaced> {
        let mut reached = vec![0; spans.len()];
        let mut ready: VecDeque<usize> = (0..spans.len()).collect();
        let mut waiting: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        while let Some(index) = ready.pop_front() {
            let span = &spans[index];
            let before = reached[index];
            match self.advance(span, &mut reached[index]) {
                Ok(()) => (),
                Err(Misplaced::Missing) => {
                    let missing = self.missing(&span.structs[reached[index]]);
                    waiting.entry(missing).or_default().push(index);
                }
                refused => return refused,
            }
            if reached[index] > before {
                ready.extend(waiting.remove(&span.client).unwrap_or_default());
            }
        }
        if waiting.is_empty() {
            Ok(())
        } else {
            Err(Misplaced::Missing)
        }
    }

    /// The client whose units a struct waits for.
    fn missing(&self, part: &Struct<'_>) -> u64 {
        let near = [part.origin, part.right, part.parent_id()]
            .into_iter()
            .flatten();
        let mut missing = near.filter(|id| self.clock(id.client) <= id.clock);
        missing.next().map_or(u64::MAX, |id| id.client)
    }

    /// Places a span's structs from `reached` on.
    fn advance(&mut self, span: &Span<'_>, reached: &mut usize) -> Result<(), Misplaced> {
        for part in &span.structs[*reached..] {
            let at = self.clock(span.client);
            if part.clock > at && !self.open {
                return Err(Misplaced::Missing);
            }
            if part.clock + part.len > at {
                let (place, holds) = self.stand(part)?;
                let clock = part.clock.max(at);
                let run = Run {
                    clock,
                    end: part.clock + part.len,
                    chain: self.chain(span.client, part, clock),
                    place,
                    holds,
                };
                self.append(span.client, run);
            }
            *reached += 1;
        }
        Ok(())
    }

    /// Since when each unit stands right after the one before, up to a struct's unit at `clock`.
    fn chain(&self, client: u64, part: &Struct<'_>, clock: u64) -> u64 {
        let runs = self.clients.get(&client);
        let last = runs.and_then(|runs| runs.last());
        let follows = clock > part.clock
            || part
                .origin
                .is_some_and(|id| id.client == client && id.clock + 1 == clock);
        match last {
            Some(last) if follows && last.end == clock => last.chain,
            _ => clock,
        }
    }

    fn append(&mut self, client: u64, run: Run) {
        let runs = self.clients.entry(client).or_default();
        match runs.last_mut() {
            // A type is a run of its own: it is an address.
            Some(last)
                if last.place == run.place
                    && last.holds == run.holds
                    && last.chain == run.chain
                    && run.holds != Holds::Type
                    && last.end == run.clock =>
            {
                last.end = run.end;
            }
            _ => runs.push(run),
        }
    }

    /// The run that holds this id; none where it is not here.
    fn run(&self, id: Id) -> Option<&Run> {
        let runs = self.clients.get(&id.client)?;
        let index = runs
            .partition_point(|run| run.clock <= id.clock)
            .checked_sub(1)?;
        Some(&runs[index]).filter(|run| id.clock < run.end)
    }

    /// Where a struct stands and what it holds.
    fn stand(&mut self, part: &Struct<'_>) -> Result<(usize, Holds), Misplaced> {
        let place = match (&part.content, part.parent) {
            (Content::Garbage, _) => GARBAGE,
            (_, Some(Parent::Root(name))) => {
                let nature = root_nature(name);
                self.address(
                    Address::Root(name.to_owned(), part.key.map(str::to_owned)),
                    nature,
                )
            }
            (_, Some(Parent::Type(id))) => self.inside(id, part.key)?,
            (_, None) => self.beside(part)?,
        };
        let Place { nature, keyed } = self.places[place];
        fits(part, nature, keyed)?;
        let holds = match part.content {
            _ if nature == Nature::Garbage => Holds::Nothing,
            Content::Garbage | Content::Deleted => Holds::Nothing,
            Content::Type(_) => Holds::Type,
            _ => Holds::Content,
        };
        Ok((place, holds))
    }

    /// The place inside a type.
    fn inside(&mut self, id: Id, key: Option<&str>) -> Result<usize, Misplaced> {
        let Some(run) = self.run(id) else {
            return if self.open {
                Ok(UNKNOWN)
            } else {
                Err(Misplaced::Missing)
            };
        };
        match (run.holds, self.places[run.place].nature) {
            (Holds::Nothing, _) => Ok(GARBAGE),
            (Holds::Content, _) => Err(Refusal::ParentHoldsNothing.into()),
            (Holds::Type, Nature::Objects(depth)) if usize::from(depth) >= MAX_NESTING => {
                Err(Refusal::TooDeep.into())
            }
            (Holds::Type, nature) => {
                let depth = if let Nature::Objects(depth) = nature {
                    depth
                } else {
                    1
                };
                let address = Address::Type(id, key.map(str::to_owned));
                Ok(self.address(address, Nature::Objects(depth + 1)))
            }
        }
    }

    /// The place of the neighbours, which must be one.
    fn beside(&self, part: &Struct<'_>) -> Result<usize, Misplaced> {
        self.forwards(part)?;
        let mut place = UNKNOWN;
        for id in [part.origin, part.right].into_iter().flatten() {
            let near = match self.run(id) {
                Some(run) => run.place,
                None if self.open => UNKNOWN,
                None => return Err(Misplaced::Missing),
            };
            if near != UNKNOWN && place != UNKNOWN && near != place {
                return Err(Refusal::TwoPlaces.into());
            }
            place = if near == UNKNOWN { place } else { near };
        }
        Ok(place)
    }

    /// The right neighbour is neither the left one nor what that was written after: yrs would split
    /// the left one in two and go on with the wrong half, and where the word then stands would depend
    /// on what else was split before (found by the fuzz of `tests/fuzz`).
    fn forwards(&self, part: &Struct<'_>) -> Result<(), Refusal> {
        let (Some(left), Some(right)) = (part.origin, part.right) else {
            return Ok(());
        };
        let chain = self.run(left).map_or(left.clock, |run| run.chain);
        if left.client == right.client && (chain..=left.clock).contains(&right.clock) {
            return Err(Refusal::Backwards);
        }
        Ok(())
    }

    fn address(&mut self, address: Address, nature: Nature) -> usize {
        let keyed = matches!(
            &address,
            Address::Root(_, Some(_)) | Address::Type(_, Some(_))
        );
        let next = self.places.len();
        let index = *self.addresses.entry(address).or_insert(next);
        if index == next {
            self.places.push(Place { nature, keyed });
        }
        index
    }
}

fn root_nature(name: &str) -> Nature {
    match name {
        "title" | "body" => Nature::Text,
        "objects" => Nature::Objects(1),
        cell if cell.starts_with("c/") => Nature::Text,
        _ => Nature::Other,
    }
}

/// Whether what a struct holds may stand in such a place.
fn fits(part: &Struct<'_>, nature: Nature, keyed: bool) -> Result<(), Refusal> {
    match part.content {
        Content::Garbage | Content::Deleted => Ok(()),
        Content::Type(_) => match nature {
            Nature::Text | Nature::Other => Err(Refusal::TypePlace),
            _ => Ok(()),
        },
        // A map's entry is one value; of several units yrs would lose count.
        Content::Values(_) if keyed && part.len > 1 => Err(Refusal::KeyedContent),
        Content::Values(_) if nature == Nature::Text && !keyed => Err(Refusal::ValuesInText),
        Content::Values(_) => Ok(()),
        Content::Text(_) | Content::Embed(_) | Content::Format { .. } if keyed => {
            Err(Refusal::KeyedContent)
        }
        Content::Text(_) | Content::Embed(_) | Content::Format { .. } => Ok(()),
    }
}
