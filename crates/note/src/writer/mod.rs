//! A Rust session's own replica of a note.
//!
//! The command line, import and templates write through a [`Writer`], which has the session's client
//! id and is fed like a window. It writes the same tokens as the window. Equal edits on equal
//! replicas give equal bytes: attributes are set one name at a time in the order of their names,
//! because yrs would write several in the order of a hash map.

mod change;
mod copy;
mod plan;
mod removal;
mod tokens;

use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;
use thiserror::Error;
use yrs::{Map, ReadTxn, Text, Transact, TransactionMut};

use crate::document::{Note, NoteError, Replica};
use crate::gate::{self, Refusal};
use crate::projection::{Block, Row};
use crate::text;
use crate::value::to_any;
use plan::Plan;
use tokens::one_line;

/// Why an edit was not made. Except for [`EditError::Broken`] the replica is unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EditError {
    /// An offset past the end of the text.
    #[error("offset {at} is past the end of the note, which has {len}")]
    OutOfRange {
        /// The offset asked for, UTF-16 units.
        at: u64,
        /// Length of the text, UTF-16 units.
        len: u64,
    },
    /// An offset between the two halves of a character.
    #[error("offset {0} lies inside a character")]
    InsideCharacter(u64),
    /// Text for a block that holds none.
    #[error("a divider, picture or table holds no text; begin or end the text with a newline")]
    NoText,
    /// The note already has blocks.
    #[error("the note already has content")]
    NotEmpty,
    /// A block id that is not `[A-Za-z0-9_-]{11,32}`, or none where one is needed.
    #[error("a block has no valid id")]
    BlockId,
    /// A record, mark, key or value that notes cannot keep.
    #[error("a value cannot be kept in a note: {0}")]
    Value(Refusal),
    /// The note holds what no version of this program writes; it cannot be edited by position.
    #[error("the note has content that cannot be edited from here")]
    Foreign,
    /// The replica broke; make a new one.
    #[error("the note has to be opened again: {0}")]
    Broken(NoteError),
}

/// A replica that writes on behalf of one Rust session.
pub struct Writer {
    client: u64,
    replica: Replica,
    broken: Option<NoteError>,
}

impl Writer {
    /// A replica for the session with this client id (below 2^53), beginning from a note's state.
    ///
    /// # Errors
    /// When the state cannot be applied.
    pub fn new(client: u64, state: &[u8]) -> Result<Writer, NoteError> {
        let mut replica = Replica::new(client);
        replica.apply(state)?;
        Ok(Writer {
            client,
            replica,
            broken: None,
        })
    }

    /// Takes an update of somebody else.
    ///
    /// # Errors
    /// As [`crate::Note::apply`]; after one the writer takes and makes no more edits.
    pub fn apply(&mut self, update: &[u8]) -> Result<(), NoteError> {
        if self.broken.is_some() {
            return Err(NoteError::Broken);
        }
        let applied = self.replica.apply(update);
        if let Err(error) = &applied
            && error.breaks()
        {
            self.fail(error.clone());
        }
        applied
    }

    /// The session's client id.
    pub fn client(&self) -> u64 {
        self.client
    }

    /// Clock at which the session stands.
    pub fn clock(&self) -> u64 {
        self.replica.clock(self.client)
    }

    /// The plain text with the offsets that [`Writer::edit`] counts in.
    pub fn text(&self) -> String {
        let rows = self.replica.rows();
        text::joined(rows.iter().map(|row| &row.block))
    }

    /// The title as stored.
    pub fn title(&self) -> String {
        self.replica.title_in(&self.replica.doc.transact())
    }

    /// The first content of a new note: one empty paragraph. Only its creator makes one.
    ///
    /// # Errors
    /// [`EditError::NotEmpty`] where the note has blocks.
    pub fn create(&mut self, block_id: &str) -> Result<Vec<u8>, EditError> {
        if !self.rows()?.is_empty() {
            return Err(EditError::NotEmpty);
        }
        let tokens = tokens::of_block(&Block::paragraph(block_id, ""))?;
        self.write_tokens(Plan {
            insertions: vec![(0, tokens)],
            ..Plan::default()
        })
    }

    /// Makes this empty note say what another one says, in one transaction: blocks with their ids, marks, tables, and those
    /// of its own settings for which `keeps` holds; then `more` settings. What this version does not know is kept, what the
    /// other note no longer shows is not.
    ///
    /// # Errors
    /// [`EditError::NotEmpty`] where this note has content; [`EditError::Value`] for settings that cannot be kept.
    pub fn copy(
        &mut self,
        from: &Note,
        keeps: &dyn Fn(&str) -> bool,
        more: &[(String, Value)],
    ) -> Result<Vec<u8>, EditError> {
        if !self.rows()?.is_empty() || !self.title().is_empty() {
            return Err(EditError::NotEmpty);
        }
        check_all(more)?;
        let copy = copy::Copy::of(from.replica(), keeps);
        self.transact(|replica, txn| {
            copy.write(replica, txn);
            set_all(replica, txn, more);
        })
    }

    /// Makes the title say `title`, touching only what differs, so that two edits at once merge. Line
    /// breaks become spaces.
    ///
    /// # Errors
    /// Only when the replica is broken.
    pub fn set_title(&mut self, title: &str) -> Result<Vec<u8>, EditError> {
        let wanted = one_line(title);
        self.transact(|replica, txn| change::retitle(replica, txn, &wanted))
    }

    /// Replaces `delete` units at `at` by `insert`. A newline splits the block, in code it is a line
    /// break; deleting one joins. `ids` mints the ids of new blocks.
    ///
    /// # Errors
    /// When an offset is out of range or inside a character, or text is meant for a block without.
    pub fn edit(
        &mut self,
        at: u64,
        delete: u64,
        insert: &str,
        ids: &mut dyn FnMut() -> String,
    ) -> Result<Vec<u8>, EditError> {
        let rows = self.rows()?;
        let plan = plan::edit(&rows, at, delete, &insert.replace('\u{2029}', "\n"), ids)?;
        self.write_tokens(plan)
    }

    /// Adds paragraphs at the end, one per line; an empty last paragraph is filled first.
    ///
    /// # Errors
    /// When `ids` mints what is no id.
    pub fn append_text(
        &mut self,
        text: &str,
        ids: &mut dyn FnMut() -> String,
    ) -> Result<Vec<u8>, EditError> {
        let rows = self.rows()?;
        let plan = plan::append_text(&rows, &text.replace('\u{2029}', "\n"), ids)?;
        self.write_tokens(plan)
    }

    /// Adds blocks at the end, marks and records included. Every block needs an id.
    ///
    /// # Errors
    /// When an id, record or mark cannot be kept; then nothing is added.
    pub fn append_blocks(&mut self, blocks: &[Block]) -> Result<Vec<u8>, EditError> {
        let at = self.rows()?.last().map_or(0, Row::end);
        let mut added = Vec::new();
        for block in blocks {
            added.extend(tokens::of_block(block)?);
        }
        self.write_tokens(Plan {
            insertions: vec![(at, added)],
            ..Plan::default()
        })
    }

    /// Sets one of the note's own settings (`folder`, `pinned`, `trashed`, `tag/<name>`, …); null takes
    /// it away.
    ///
    /// # Errors
    /// When the key is above 256 bytes or the value is a list, nested or not a number.
    pub fn set_meta(&mut self, key: &str, value: &Value) -> Result<Vec<u8>, EditError> {
        self.set_metas(&[(key.to_owned(), value.clone())])
    }

    /// Sets several of the note's own settings in one transaction.
    ///
    /// # Errors
    /// As [`Writer::set_meta`]; then none of them is set.
    pub fn set_metas(&mut self, values: &[(String, Value)]) -> Result<Vec<u8>, EditError> {
        check_all(values)?;
        self.transact(|replica, txn| set_all(replica, txn, values))
    }

    /// The rows, where positions can be trusted: a body may hold what no version writes, which takes
    /// positions and is not shown.
    fn rows(&self) -> Result<Vec<Row>, EditError> {
        let txn = self.replica.doc.transact();
        let rows = self.replica.rows_in(&txn);
        let end = rows.last().map_or(0, Row::end);
        if end == self.replica.body.len(&txn) {
            Ok(rows)
        } else {
            Err(EditError::Foreign)
        }
    }

    fn write_tokens(&mut self, plan: Plan) -> Result<Vec<u8>, EditError> {
        self.transact(|replica, txn| change::carry_out(replica, txn, &plan))
    }

    /// Runs one transaction and returns its bytes.
    fn transact(
        &mut self,
        write: impl FnOnce(&Replica, &mut TransactionMut<'_>),
    ) -> Result<Vec<u8>, EditError> {
        if let Some(error) = &self.broken {
            return Err(EditError::Broken(error.clone()));
        }
        let (client, replica) = (self.client, &self.replica);
        let attempt = catch_unwind(AssertUnwindSafe(|| {
            // Leaked on a panic, as in `Replica::apply`.
            let mut txn = ManuallyDrop::new(replica.doc.transact_mut());
            let start = u64::from(txn.store().get_local_state());
            write(replica, &mut txn);
            txn.commit();
            let raw = txn.encode_update_v1();
            drop(ManuallyDrop::into_inner(txn));
            gate::respelled(&raw, client, start)
        }));
        let failure = match attempt {
            Ok(Ok(update)) => match self.replica.place(&update) {
                Ok(()) => return Ok(update),
                Err(error) => error,
            },
            Ok(Err(refusal)) => NoteError::Unreadable(refusal.to_string()),
            Err(_) => NoteError::Panicked,
        };
        self.fail(failure.clone());
        Err(EditError::Broken(failure))
    }

    fn fail(&mut self, error: NoteError) {
        self.replica = Replica::new(self.client);
        self.broken = Some(error);
    }
}

fn check_all(values: &[(String, Value)]) -> Result<(), EditError> {
    let mut all = values.iter();
    all.try_for_each(|(key, value)| tokens::check_meta(key, value))
        .map_err(EditError::Value)
}

fn set_all(replica: &Replica, txn: &mut TransactionMut<'_>, values: &[(String, Value)]) {
    for (key, value) in values {
        if value.is_null() {
            replica.meta.remove(txn, key);
        } else {
            replica.meta.insert(txn, key.as_str(), to_any(value));
        }
    }
}
