//! What must become durable, and the derived row of a note.

use std::sync::Arc;

use skein_note::Summary;
use skein_space::{ChainId, DeviceKey, Entry, EntryRef, Incarnation, NoteId, SecretLabel, SpaceId};

/// A row or change that must be durable, all of one [`Effect::Commit`] or none.
#[derive(Clone, Debug)]
pub enum StoreOp {
    /// Hold an entry at the end of a branch of its chain, or beside what is held at its place.
    Append {
        /// The entry.
        entry: Arc<Entry>,
        /// The session's end clock after it (Edits), 0 otherwise.
        end_clock: u64,
        /// Why the gate refused it; it is held all the same.
        refused: Option<String>,
        /// It begins a branch: another entry is held at its place.
        forks: bool,
    },
    /// A space this device is in, with its incarnation there.
    Space {
        /// The space.
        space: SpaceId,
        /// The incarnation this device writes under.
        incarnation: Incarnation,
        /// It left: it keeps what it has and takes no more part.
        left: bool,
    },
    /// All secrets held of one label of a space, in place of those before; none forgets the label.
    Secrets {
        /// The space.
        space: SpaceId,
        /// The label.
        label: SecretLabel,
        /// The secrets, the one in use first.
        secrets: Vec<[u8; 32]>,
    },
    /// The derived row of a note.
    NoteRow {
        /// The space.
        space: SpaceId,
        /// The note.
        note: NoteId,
        /// The row.
        row: NoteRow,
    },
    /// A ticket is used up by this device.
    TicketBound {
        /// The ticket.
        ticket: [u8; 16],
        /// The device that used it.
        device: DeviceKey,
    },
    /// Something a person wrote that could not be sealed, kept for them.
    Draft {
        /// The space.
        space: SpaceId,
        /// The note.
        note: NoteId,
        /// The raw update.
        update: Vec<u8>,
        /// The words it writes, as far as they can be read.
        text: String,
        /// Why it could not be sealed.
        reason: String,
    },
}

/// What the list shows of a note; derived, and rebuilt from the log where in doubt.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NoteRow {
    /// Title, preview, words and so on.
    pub summary: Summary,
    /// The latest claimed time of an applied edit.
    pub modified_ms: i64,
    /// Whether the note can be shown and written.
    pub state: NoteState,
    /// The applied entries that no other applied entry has in its past.
    pub frontier: Vec<EntryRef>,
    /// Per notes chain the highest applied place: who holds all of these holds the note.
    pub tips: Vec<(ChainId, u64)>,
    /// Valid edits that are not part of the note, from the roster.
    pub set_aside: u32,
    /// Entries the gate refused.
    pub refused: u32,
    /// The summary is that of an earlier moment and is made anew soon; everything else is current.
    pub summary_stale: bool,
}

/// Whether a note can be shown and written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoteState {
    /// Everything held is applied.
    #[default]
    Ok,
    /// Something held waits for words that are not here.
    Waiting,
    /// Something held was made by a newer Skein.
    ReadOnly,
    /// The document failed on this device.
    Broken,
}
