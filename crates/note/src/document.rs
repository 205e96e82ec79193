//! The yrs document of a note.

use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};

use thiserror::Error;
use yrs::updates::decoder::Decode;
use yrs::{
    ClientID, Doc, Map, MapRef, OffsetKind, Options, ReadTxn, StateVector, TextRef, Transact,
    Transaction, Update,
};

use crate::gate::{self, Refusal};
use crate::objects::objects;
use crate::places::{Misplaced, Places};
use crate::projection::{Projection, Row, overrides, rows};
use crate::runs::runs;
use crate::summary::Summary;
use crate::value::from_out;

/// Why a document could not take an update. After [`NoteError::Pending`] and
/// [`NoteError::Misplaced`] the note is as it was; after the others it is empty and takes nothing
/// more: drop it and build it again from the log, without the entry that did it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoteError {
    /// yrs cannot integrate the update.
    #[error("this edit cannot be read: {0}")]
    Unreadable(String),
    /// Something the update names is not here. A caller that asks [`Note::holds`] first never sees it.
    #[error("this edit builds on words that are not here")]
    Pending,
    /// The update makes no sense beside what the note holds, which no honest device writes. yrs has
    /// not seen it: its memory would not be safe.
    #[error("this edit does not fit into the note: {0}")]
    Misplaced(Refusal),
    /// yrs panicked.
    #[error("this edit breaks the document")]
    Panicked,
    /// An earlier update broke this note.
    #[error("this note is broken and has to be rebuilt")]
    Broken,
}

impl NoteError {
    /// Whether the document is lost.
    pub(crate) fn breaks(&self) -> bool {
        !matches!(self, NoteError::Pending | NoteError::Misplaced(_))
    }
}

/// A yrs document with the roots of a note.
pub(crate) struct Replica {
    pub(crate) doc: Doc,
    pub(crate) title: TextRef,
    pub(crate) body: TextRef,
    pub(crate) attrs: MapRef,
    pub(crate) objects: MapRef,
    pub(crate) meta: MapRef,
    places: Places,
}

impl Replica {
    /// An empty document that writes as `client`. Roots are declared before anything is applied: a
    /// root defined later has another type until then.
    pub(crate) fn new(client: u64) -> Replica {
        let doc = Doc::with_options(Options {
            client_id: ClientID::new(client),
            // The default would be random; nothing reads it.
            guid: "note".into(),
            collection_id: None,
            offset_kind: OffsetKind::Utf16,
            skip_gc: false,
            auto_load: false,
            should_load: true,
            // Judges an intermediate state and drops marks that edits still to come need.
            cleanup_formatting: false,
        });
        Replica {
            title: doc.get_or_insert_text("title"),
            body: doc.get_or_insert_text("body"),
            attrs: doc.get_or_insert_map("attrs"),
            objects: doc.get_or_insert_map("objects"),
            meta: doc.get_or_insert_map("meta"),
            doc,
            places: Places::new(),
        }
    }

    /// Applies one update. After an error that [`NoteError::breaks`] the document must not be touched
    /// again.
    pub(crate) fn apply(&mut self, update: &[u8]) -> Result<(), NoteError> {
        self.place(update)?;
        let attempt = catch_unwind(AssertUnwindSafe(|| self.integrate(update)));
        attempt.unwrap_or(Err(NoteError::Panicked))
    }

    /// Finds the update's units their places, before yrs sees them.
    pub(crate) fn place(&mut self, update: &[u8]) -> Result<(), NoteError> {
        let (spans, deletes) = gate::layout(update).map_err(NoteError::Misplaced)?;
        self.places
            .place(&spans, &deletes)
            .map_err(|misplaced| match misplaced {
                Misplaced::Refused(refusal) => NoteError::Misplaced(refusal),
                Misplaced::Missing => NoteError::Pending,
            })
    }

    /// Next clock of a client.
    pub(crate) fn clock(&self, client: u64) -> u64 {
        self.places.clock(client)
    }

    fn integrate(&self, update: &[u8]) -> Result<(), NoteError> {
        let unreadable = |error: &dyn std::fmt::Display| NoteError::Unreadable(error.to_string());
        let update = Update::decode_v1(update).map_err(|error| unreadable(&error))?;
        // A transaction commits when it is dropped, and a second panic while the first unwinds would
        // end the process. A transaction that failed is leaked instead, with its lock.
        let mut txn = ManuallyDrop::new(self.doc.transact_mut());
        txn.apply_update(update)
            .map_err(|error| unreadable(&error))?;
        txn.commit();
        let pending = txn.has_missing_updates();
        drop(ManuallyDrop::into_inner(txn));
        if pending {
            Err(NoteError::Pending)
        } else {
            Ok(())
        }
    }

    /// The whole document as one v1 update.
    pub(crate) fn state(&self) -> Vec<u8> {
        self.doc
            .transact()
            .encode_state_as_update_v1(&StateVector::default())
    }

    pub(crate) fn rows(&self) -> Vec<Row> {
        self.rows_in(&self.doc.transact())
    }

    pub(crate) fn rows_in<T: ReadTxn>(&self, txn: &T) -> Vec<Row> {
        let changed = self.attrs.iter(txn);
        let changed = changed.map(|(key, out)| (key.to_owned(), from_out(txn, &out, 0)));
        rows(runs(txn, &self.body), &overrides(changed))
    }

    fn projection(&self) -> Projection {
        let txn: Transaction<'_> = self.doc.transact();
        let meta = self.meta.iter(&txn);
        Projection {
            title: self.title_in(&txn),
            meta: meta
                .map(|(key, out)| (key.to_owned(), from_out(&txn, &out, 0)))
                .collect(),
            blocks: self
                .rows_in(&txn)
                .into_iter()
                .map(|row| row.block)
                .collect(),
            objects: objects(&txn, &self.objects),
        }
    }

    pub(crate) fn title_in<T: ReadTxn>(&self, txn: &T) -> String {
        use yrs::GetString;
        self.title.get_string(txn)
    }
}

/// A note's document. It applies updates and never writes one.
pub struct Note {
    replica: Replica,
    broken: bool,
}

impl Default for Note {
    fn default() -> Self {
        Note::new()
    }
}

impl Note {
    /// An empty note.
    pub fn new() -> Note {
        Note {
            replica: Replica::new(0),
            broken: false,
        }
    }

    /// A note from its own [`Note::state`]. For bytes of our own disk: the gate has not seen them.
    ///
    /// # Errors
    /// As [`Note::apply`].
    pub fn from_state(state: &[u8]) -> Result<Note, NoteError> {
        let mut note = Note::new();
        note.apply(state)?;
        Ok(note)
    }

    /// Applies one update that has passed the gate and whose names are all held.
    ///
    /// # Errors
    /// What an error leaves of the note says [`NoteError`].
    pub fn apply(&mut self, update: &[u8]) -> Result<(), NoteError> {
        if self.broken {
            return Err(NoteError::Broken);
        }
        let applied = self.replica.apply(update);
        if applied.as_ref().is_err_and(NoteError::breaks) {
            // The old document may be locked for good; reading it would wait for ever.
            self.replica = Replica::new(0);
            self.broken = true;
        }
        applied
    }

    /// The whole document as one v1 update. Equal notes can differ in these bytes.
    pub fn state(&self) -> Vec<u8> {
        self.replica.state()
    }

    /// Whether the id (`client`, `clock`) is integrated here.
    pub fn holds(&self, client: u64, clock: u64) -> bool {
        clock < self.clock(client)
    }

    /// Next clock of `client`: 0 where nothing of it is here.
    pub fn clock(&self, client: u64) -> u64 {
        self.replica.clock(client)
    }

    pub(crate) fn replica(&self) -> &Replica {
        &self.replica
    }

    /// What the note shows.
    pub fn projection(&self) -> Projection {
        self.replica.projection()
    }

    /// What a list shows of it.
    pub fn summary(&self) -> Summary {
        self.projection().summary()
    }

    /// The plain text; see [`Projection::text`].
    pub fn text(&self) -> String {
        let rows = self.replica.rows();
        crate::text::joined(rows.iter().map(|row| &row.block))
    }

    /// The canonical JSON; see [`Projection::canonical_json`].
    pub fn canonical_json(&self) -> String {
        self.projection().canonical_json()
    }

    /// BLAKE3 of the canonical JSON: equal on two devices exactly when they show the same note.
    pub fn hash(&self) -> [u8; 32] {
        self.projection().hash()
    }

    /// The body's tokens as a delta of `{insert, attributes}`, for comparison with yjs.
    pub fn delta(&self) -> serde_json::Value {
        let txn = self.replica.doc.transact();
        let runs = runs(&txn, &self.replica.body).into_iter().map(|run| {
            let insert = match run.insert {
                crate::runs::Insert::Text(text) => serde_json::Value::String(text),
                crate::runs::Insert::Embed(value) => value,
            };
            serde_json::json!({ "insert": insert, "attributes": run.marks })
        });
        serde_json::Value::Array(runs.collect())
    }
}
