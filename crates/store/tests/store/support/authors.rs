//! Devices that write: real keys, real signatures, payloads of any bytes.

use std::sync::Arc;

use skein_space::{
    Chain, DeviceKey, DeviceSigner, Draft, Entry, EntryHash, EntryRef, Incarnation, Kind, Log,
    NoteId, Root, SpaceId,
};
use skein_store::Op;

/// One device in one space.
#[derive(Clone)]
pub struct Author {
    signer: DeviceSigner,
    pub space: SpaceId,
    incarnation: Incarnation,
    roster: (u64, EntryHash),
    notes: (u64, EntryHash),
}

pub fn space(n: u8) -> SpaceId {
    SpaceId([n; 16])
}

pub fn note(n: u8) -> NoteId {
    NoteId([n; 16])
}

impl Author {
    pub fn new(n: u8, space: SpaceId) -> Self {
        Self {
            signer: Root::new([n; 32]).signer(),
            space,
            incarnation: Incarnation([n; 16]),
            roster: (0, EntryHash([0; 32])),
            notes: (0, EntryHash([0; 32])),
        }
    }

    pub fn device(&self) -> DeviceKey {
        self.signer.device_key()
    }

    pub fn chain(&self, log: Log) -> Chain {
        Chain {
            space: self.space,
            device: self.device(),
            incarnation: self.incarnation,
            log,
        }
    }

    pub fn notes_seq(&self) -> u64 {
        self.notes.0
    }

    /// The operation that every space begins with.
    pub fn space_op(&self) -> Op {
        Op::Space {
            space: self.space,
            incarnation: self.incarnation,
            left: false,
        }
    }

    pub fn member(&mut self, payload: &[u8]) -> Arc<Entry> {
        self.seal(Kind::Member, NoteId([0; 16]), 0, vec![], payload)
    }

    pub fn session(&mut self, note: NoteId) -> Arc<Entry> {
        self.seal(Kind::Session, note, 0, vec![], &[7; 16])
    }

    pub fn edit(&mut self, note: NoteId, session: u64, payload: &[u8]) -> Arc<Entry> {
        self.seal(Kind::Edit, note, session, vec![], payload)
    }

    pub fn edit_on(
        &mut self,
        note: NoteId,
        session: u64,
        deps: Vec<EntryRef>,
        payload: &[u8],
    ) -> Arc<Entry> {
        self.seal(Kind::Edit, note, session, deps, payload)
    }

    /// An entry after a given one, whatever this author wrote since: a fork.
    pub fn edit_after(&self, before: &Entry, payload: &[u8]) -> Arc<Entry> {
        let header = before.header();
        let session = if header.kind == Kind::Session {
            header.seq
        } else {
            header.session
        };
        let mut other = self.clone();
        other.notes = (header.seq, before.hash());
        other.edit(header.note, session, payload)
    }

    fn seal(
        &mut self,
        kind: Kind,
        note: NoteId,
        session: u64,
        deps: Vec<EntryRef>,
        payload: &[u8],
    ) -> Arc<Entry> {
        let chain = self.chain(kind.log());
        let at = match kind.log() {
            Log::Roster => &mut self.roster,
            Log::Notes => &mut self.notes,
        };
        let draft = Draft {
            chain,
            seq: at.0 + 1,
            prev: at.1,
            kind,
            note,
            session,
            deps,
            wall_ms: -1_000 + at.0 as i64,
        };
        let entry = Entry::seal(&self.signer, draft, payload.to_vec()).expect("a sound draft");
        *at = (entry.header().seq, entry.hash());
        Arc::new(entry)
    }
}

pub fn append(entry: &Arc<Entry>) -> Op {
    Op::Append {
        entry: entry.clone(),
        end_clock: entry.header().seq * 10,
        refused: None,
    }
}

pub fn append_refused(entry: &Arc<Entry>, reason: &str) -> Op {
    Op::Append {
        entry: entry.clone(),
        end_clock: 0,
        refused: Some(reason.into()),
    }
}

pub fn fork(entry: &Arc<Entry>) -> Op {
    Op::Fork {
        entry: entry.clone(),
        end_clock: 0,
        refused: None,
    }
}
