//! Rows of entries: the entry itself, its place in its note's graph, its place in the roster.

use skein_space::{Chain, ChainId, Entry, EntryHash, EntryRef, Header, Kind, NoteId};

use super::{In, Indexed, Named, Out, Row, RowError};

/// Version of the rows of `entries`. It stands for entry format 1; another format gets another number.
const ENTRY_VERSION: u8 = 1;

/// One entry of a note as the graph keeps it: everything but the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphRow {
    /// Its number in the order in which this device held the note's entries, from 1.
    pub arrival: u64,
    /// Its chain.
    pub chain: ChainId,
    /// Its place there.
    pub seq: u64,
    /// Its hash.
    pub hash: EntryHash,
    /// Its kind.
    pub kind: Kind,
    /// Its session (0 for a Session entry).
    pub session: u64,
    /// The session's end clock after it, as the appender said.
    pub end_clock: u64,
    /// Why the gate refused it, if it did.
    pub refused: Option<String>,
    /// Its dependencies.
    pub deps: Vec<EntryRef>,
}

/// `by_note`: (space, note, arrival) → this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GraphBody {
    /// Local index of the branch that holds the entry.
    pub chain: u32,
    pub seq: u64,
    pub hash: EntryHash,
    pub kind: Kind,
    pub session: u64,
    pub end_clock: u64,
    pub refused: Option<String>,
    pub deps: Vec<EntryRef>,
}

impl GraphBody {
    pub fn row(self, arrival: u64, chain: ChainId) -> GraphRow {
        GraphRow {
            arrival,
            chain,
            seq: self.seq,
            hash: self.hash,
            kind: self.kind,
            session: self.session,
            end_clock: self.end_clock,
            refused: self.refused,
            deps: self.deps,
        }
    }
}

impl Row for GraphBody {
    const VERSION: u8 = 1;

    fn write(&self, out: &mut Out, indexed: Indexed<'_>) {
        out.num(u64::from(self.chain));
        out.num(self.seq);
        out.raw(&self.hash.0);
        out.u8(self.kind.code());
        out.num(self.session);
        out.num(self.end_clock);
        out.u8(u8::from(self.refused.is_some()));
        if let Some(reason) = &self.refused {
            out.blob(reason.as_bytes());
        }
        out.references(&self.deps, indexed);
    }

    fn read(_: u8, input: &mut In<'_>, named: Named<'_>) -> Result<Self, RowError> {
        Ok(Self {
            chain: input.small()?,
            seq: input.num()?,
            hash: EntryHash(input.array()?),
            kind: Kind::from_code(input.u8()?),
            session: input.num()?,
            end_clock: input.num()?,
            refused: if input.flag()? {
                Some(input.text()?)
            } else {
                None
            },
            deps: input.references(named)?,
        })
    }
}

/// `roster`: (space, arrival) → this; the entry itself is in `entries`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogBody {
    /// Local index of the branch that holds the entry.
    pub chain: u32,
    pub seq: u64,
}

impl Row for LogBody {
    const VERSION: u8 = 1;

    fn write(&self, out: &mut Out, _: Indexed<'_>) {
        out.num(u64::from(self.chain));
        out.num(self.seq);
    }

    fn read(_: u8, input: &mut In<'_>, _: Named<'_>) -> Result<Self, RowError> {
        Ok(Self {
            chain: input.small()?,
            seq: input.num()?,
        })
    }
}

/// `entries`: (chain index, seq) → header less what the chain and the key imply ‖ payload ‖ signature.
///
/// `prev` stays: leaving it out would make reading one entry mean reading its whole chain. `payload_hash`
/// stays: a payload may later be replaced while the header must not change.
pub(crate) fn encode_entry(entry: &Entry, indexed: Indexed<'_>) -> Vec<u8> {
    let header = entry.header();
    let mut out = Out::new(ENTRY_VERSION);
    out.u8(header.kind.code());
    out.raw(&header.note.0);
    out.num(header.session);
    out.raw(&header.prev.0);
    out.references(&header.deps, indexed);
    out.signed(header.wall_ms);
    out.num(u64::from(header.payload_len));
    out.raw(&header.payload_hash);
    out.raw(entry.sig());
    out.raw(entry.payload());
    out.0
}

/// The entry behind a row; checks form and payload, not the signature.
pub(crate) fn decode_entry(
    body: &[u8],
    chain: Chain,
    seq: u64,
    named: Named<'_>,
) -> Result<Entry, RowError> {
    let mut input = In::new(body);
    if input.u8()? != ENTRY_VERSION {
        return Err(RowError("the row's version is not known"));
    }
    let kind = Kind::from_code(input.u8()?);
    let note = NoteId(input.array()?);
    let session = input.num()?;
    let prev = EntryHash(input.array()?);
    let deps = input.references(named)?;
    let wall_ms = input.signed()?;
    let payload_len = input.small()?;
    let payload_hash = input.array()?;
    let sig = input.array()?;
    let header = Header {
        chain,
        seq,
        prev,
        kind,
        note,
        session,
        deps,
        wall_ms,
        payload_len,
        payload_hash,
    };
    Entry::from_parts(header, input.rest().to_vec(), sig)
        .map_err(|_| RowError("what is stored is no entry"))
}
