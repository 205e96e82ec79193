//! `verify`: everything stored is checked against everything else, and every note is built again from its log.

use std::sync::Arc;
use std::time::Duration;

use skein_note::{Note, Summary};
use skein_rows::{graph_row, held_snapshot, note_row, start_spaces};
use skein_space::{ChainId, Entry, NoteId, Root, SpaceId};
use skein_store::{Hooks, Loaded, Reader};
use skein_sync::{
    Engine, GraphRow, Held, HeldError, HeldSnapshot, Identity, Input, Names, NoteRow, NoteState,
    Now,
};

use super::App;
use crate::config::LOOP_STACK_BYTES;
use crate::driver::own_note;
use crate::error::{AppError, Code};
use crate::view::Verified;

/// How often a note is built again when its row changed meanwhile: somebody is writing in it.
const TRIES: usize = 5;

/// Pause before the next try.
const PAUSE: Duration = Duration::from_millis(400);

impl App {
    /// Checks every chain, signature, snapshot and index, and every note against its log. Changes nothing.
    pub async fn verify(&self) -> Result<Verified, AppError> {
        let reader = self.ask(|driver| Ok(driver.reader())).await?;
        let root = self.inner.started.root.clone();
        let (answer, verified) = tokio::sync::oneshot::channel();
        // A thread of its own: it decodes whole documents, as the loop does.
        let thread = std::thread::Builder::new()
            .name("skein-verify".into())
            .stack_size(LOOP_STACK_BYTES)
            .spawn(move || {
                // Whoever asked may have gone.
                let _ = answer.send(verify(&reader, &root));
            });
        thread.map_err(|error| AppError::new(Code::Stopping, format!("no thread: {error}")))?;
        verified.await.unwrap_or_else(|_| Err(AppError::stopping()))
    }
}

fn verify(reader: &Reader, root: &Root) -> Result<Verified, AppError> {
    let report = reader.verify(Hooks {
        decode: &mut |_, _, state| {
            Note::from_state(state)
                .map(drop)
                .map_err(|error| error.to_string())
        },
        progress: &mut |_, _| {},
    });
    let mut found = Verified {
        entries: report.entries,
        problems: report.problems,
        ..Verified::default()
    };
    let loaded = reader.load().map_err(|error| {
        AppError::new(
            Code::ProfileDamaged,
            format!("the database cannot be read: {error}. nothing was changed. keep a copy of the profile"),
        )
    })?;
    for (space, note) in &loaded.damaged {
        let problem = format!("the row of note {note} in space {space} is damaged");
        if !found.problems.contains(&problem) {
            found.problems.push(problem);
        }
    }
    let rows: Vec<(SpaceId, NoteId)> = loaded
        .notes
        .iter()
        .map(|(space, note, _)| (*space, *note))
        .collect();
    let mut builders = Builders::new(reader, root, loaded);
    for (space, note) in rows {
        found.notes += u64::from(note != own_note(space));
        if let Err(problem) = check_note(&mut builders, space, note, &mut found) {
            found.problems.push(format!("note {note}: {problem}"));
        }
    }
    found.ok = found.problems.is_empty();
    Ok(found)
}

/// Builds a note from its snapshot and from its whole log; both must say the same, and what its row says.
fn check_note(
    builders: &mut Builders<'_>,
    space: SpaceId,
    note: NoteId,
    found: &mut Verified,
) -> Result<(), String> {
    for tries_left in (0..TRIES).rev() {
        match check_once(builders, space, note, found) {
            Err(_) if tries_left > 0 => {
                // Somebody is writing in it.
                std::thread::sleep(PAUSE);
                builders.renew()?;
            }
            checked => return checked,
        }
    }
    unreachable!("the last try returns")
}

fn check_once(
    builders: &mut Builders<'_>,
    space: SpaceId,
    note: NoteId,
    found: &mut Verified,
) -> Result<(), String> {
    let row = builders.stored(space, note)?;
    let quick = builders.build(space, note, Source::Snapshot)?;
    let whole = builders.build(space, note, Source::Log)?;
    compare(&row, &quick, &whole).map_or(Ok(()), Err)?;
    found.waiting += u64::from(whole.state == NoteState::Waiting);
    found.set_aside += u64::from(whole.set_aside);
    found.refused += u64::from(row.refused);
    Ok(())
}

fn compare(row: &NoteRow, quick: &Built, whole: &Built) -> Option<String> {
    if quick.hash != whole.hash {
        return Some("its snapshot does not say what its log says".into());
    }
    if !row.summary_stale && row.summary != whole.summary {
        return Some("its row in the list does not say what the note says".into());
    }
    if whole.state == NoteState::Broken {
        return Some(
            "an edit in it cannot be read by this skein. it is kept, and the rest is shown".into(),
        );
    }
    if row.state != whole.state || row.set_aside != whole.set_aside {
        return Some("its row in the list has another state than the note".into());
    }
    None
}

/// What a note came out as.
struct Built {
    hash: [u8; 32],
    summary: Summary,
    state: NoteState,
    set_aside: u32,
}

/// From what a note is built.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Snapshot,
    Log,
}

/// Engines that only read.
struct Builders<'r> {
    reader: &'r Reader,
    root: &'r Root,
    quick: Engine,
    whole: Engine,
}

impl<'r> Builders<'r> {
    fn new(reader: &'r Reader, root: &'r Root, loaded: Loaded) -> Self {
        let quick = engine(root, loaded.clone());
        let whole = engine(root, loaded);
        Self {
            reader,
            root,
            quick,
            whole,
        }
    }

    fn renew(&mut self) -> Result<(), String> {
        let loaded = self.reader.load().map_err(|error| error.to_string())?;
        *self = Self::new(self.reader, self.root, loaded);
        Ok(())
    }

    fn stored(&self, space: SpaceId, note: NoteId) -> Result<NoteRow, String> {
        let row = self
            .reader
            .note(space, note)
            .map_err(|error| error.to_string())?;
        row.map(note_row)
            .ok_or_else(|| "its row in the list is missing".into())
    }

    fn build(&mut self, space: SpaceId, note: NoteId, source: Source) -> Result<Built, String> {
        let held = Committed {
            reader: self.reader,
            source,
        };
        let engine = match source {
            Source::Snapshot => &mut self.quick,
            Source::Log => &mut self.whole,
        };
        // Lets go of notes built before; the input itself does nothing here.
        engine.handle(STILL, &held, Input::Tick);
        let gone = || "its space is not held".to_owned();
        let words = |error: HeldError| error.to_string();
        let document = engine
            .note(&held, space, note)
            .map_err(words)?
            .ok_or_else(gone)?;
        let (hash, summary) = (document.hash(), document.summary());
        let status = engine
            .status(&held, space, note)
            .map_err(words)?
            .ok_or_else(gone)?;
        Ok(Built {
            hash,
            summary,
            state: status.state,
            set_aside: status.set_aside,
        })
    }
}

const STILL: Now = Now {
    mono_ms: 0,
    wall_ms: 0,
};

fn engine(root: &Root, loaded: Loaded) -> Engine {
    let identity = Identity {
        signer: root.signer(),
        transport: root.transport_signer(),
        run: [0; 16],
        version: String::new(),
        names: Names {
            person: String::new(),
            device_name: String::new(),
        },
    };
    Engine::new(identity, STILL, start_spaces(loaded))
}

/// Committed rows, with or without snapshots.
struct Committed<'r> {
    reader: &'r Reader,
    source: Source,
}

impl Held for Committed<'_> {
    fn entry(&self, chain: ChainId, branch: u8, seq: u64) -> Result<Option<Arc<Entry>>, HeldError> {
        self.reader
            .branch_entry(chain, branch, seq)
            .map_err(|error| HeldError(error.to_string()))
    }

    fn graph(&self, space: SpaceId, note: NoteId) -> Result<Vec<GraphRow>, HeldError> {
        let graph = self.reader.graph(space, note);
        let graph = graph.map_err(|error| HeldError(error.to_string()))?;
        Ok(graph.into_iter().map(graph_row).collect())
    }

    fn snapshot(&self, space: SpaceId, note: NoteId) -> Result<Option<HeldSnapshot>, HeldError> {
        if self.source == Source::Log {
            return Ok(None);
        }
        let snapshot = self.reader.snapshot(space, note);
        let snapshot = snapshot.map_err(|error| HeldError(error.to_string()))?;
        Ok(snapshot.map(held_snapshot))
    }
}
