//! The frames two devices exchange on a stream (formats.md, Streams), and the same bodies on gossip.
//!
//! The network layer frames bytes as length ‖ type ‖ body; here a type and a body become a value.
//! Unknown types are skipped, so that a newer peer may say more.

use std::sync::Arc;

use skein_space::{ChainId, DeviceKey, Entry, Incarnation, SecretLabel, SpaceId};

use crate::config;
use crate::heads::{Digest, Heads, lines_hash};
use crate::presence::Presence;
use crate::wire::{Reader, WireError, put_bytes16};

/// Frame types.
pub mod kind {
    /// First on every stream, both ways.
    pub const HELLO: u8 = 1;
    /// What the sender durably holds.
    pub const HEADS: u8 = 2;
    /// Counter and hash of the same.
    pub const HEADS_DIGEST: u8 = 3;
    /// One signed entry.
    pub const ENTRY: u8 = 4;
    /// A gap the sender asks to have filled.
    pub const WANT: u8 = 5;
    /// Somebody's caret and state.
    pub const PRESENCE: u8 = 6;
    /// The sender leaves on purpose.
    pub const GOODBYE: u8 = 7;
    /// The receiver was removed; Member entries follow from the body.
    pub const REMOVED: u8 = 8;
    /// Heads of somebody else, whole, with their age.
    pub const RELAYED: u8 = 9;
    /// The same for who holds what that one holds: without the lines.
    pub const RELAYED_SHORT: u8 = 10;
    /// The secrets of the space.
    pub const SECRETS: u8 = 11;
    /// The sender knows no member by the device that said Hello: it may show its admission.
    pub const WHO: u8 = 12;
    /// Member entries that show the sender's admission.
    pub const ADMISSION: u8 = 13;
}

/// The first frame on a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// The space this stream is for.
    pub space: SpaceId,
    /// The sender's device.
    pub device: DeviceKey,
    /// The incarnation it writes under.
    pub incarnation: Incarnation,
    /// Protocol number.
    pub protocol: u16,
    /// Entry formats it reads.
    pub formats: Vec<u8>,
    /// Oldest and newest note schema it shows.
    pub note_schema: (u16, u16),
    /// Random per process start: tells a restart from a second connection.
    pub run: [u8; 16],
    /// The application's version, for people.
    pub version: String,
}

impl Hello {
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        out.extend_from_slice(&self.space.0);
        out.extend_from_slice(&self.device.0);
        out.extend_from_slice(&self.incarnation.0);
        out.extend_from_slice(&self.protocol.to_le_bytes());
        out.push(self.formats.len() as u8);
        out.extend_from_slice(&self.formats);
        out.extend_from_slice(&self.note_schema.0.to_le_bytes());
        out.extend_from_slice(&self.note_schema.1.to_le_bytes());
        out.extend_from_slice(&self.run);
        put_bytes16(&mut out, self.version.as_bytes());
        out
    }

    fn decode(body: &[u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(body);
        let space = SpaceId(r.array()?);
        let device = DeviceKey(r.array()?);
        let incarnation = Incarnation(r.array()?);
        let protocol = r.u16()?;
        let count = usize::from(r.u8()?);
        let formats = r.take(count)?.to_vec();
        let note_schema = (r.u16()?, r.u16()?);
        let run = r.array()?;
        let version = String::from_utf8_lossy(r.bytes16(config::VERSION_MAX_BYTES)?).into_owned();
        r.end()?;
        Ok(Self {
            space,
            device,
            incarnation,
            protocol,
            formats,
            note_schema,
            run,
            version,
        })
    }
}

/// Heads of somebody else, handed on.
#[derive(Clone, Debug)]
pub struct Relayed {
    /// How long ago they were said, or confirmed by their signer, ms. The relayer's word; the rest is signed.
    pub age_ms: u64,
    /// The Heads.
    pub heads: RelayedHeads,
}

/// See [`Relayed`].
#[derive(Clone, Debug)]
pub enum RelayedHeads {
    /// Whole; not yet verified.
    Full(Heads),
    /// Without the lines.
    Short(ShortHeads),
}

/// Heads of which only the lines' hash is said: whoever holds exactly that can check the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortHeads {
    /// The holder.
    pub device: DeviceKey,
    /// Its incarnation.
    pub incarnation: Incarnation,
    /// As in [`Heads::counter`].
    pub counter: u64,
    /// As of [`crate::heads::lines_hash`].
    pub lines: [u8; 32],
    /// The holder's signature over the whole Heads.
    pub sig: [u8; 64],
}

impl Relayed {
    pub(crate) fn full(age_ms: u64, heads: &Heads) -> Self {
        let heads = RelayedHeads::Full(heads.clone());
        Self { age_ms, heads }
    }

    pub(crate) fn short(age_ms: u64, heads: &Heads) -> Self {
        let heads = RelayedHeads::Short(ShortHeads {
            device: heads.device,
            incarnation: heads.incarnation,
            counter: heads.counter,
            lines: lines_hash(&heads.lines),
            sig: heads.sig,
        });
        Self { age_ms, heads }
    }

    fn encode(&self) -> (u8, Vec<u8>) {
        let mut out = self.age_ms.to_le_bytes().to_vec();
        match &self.heads {
            RelayedHeads::Full(heads) => {
                out.extend_from_slice(&heads.encode());
                (kind::RELAYED, out)
            }
            RelayedHeads::Short(short) => {
                out.extend_from_slice(&short.device.0);
                out.extend_from_slice(&short.incarnation.0);
                out.extend_from_slice(&short.counter.to_le_bytes());
                out.extend_from_slice(&short.lines);
                out.extend_from_slice(&short.sig);
                (kind::RELAYED_SHORT, out)
            }
        }
    }

    fn decode(kind: u8, body: &[u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(body);
        let age_ms = r.u64()?;
        let heads = if kind == kind::RELAYED {
            RelayedHeads::Full(Heads::decode(r.take(r.remaining())?)?)
        } else {
            RelayedHeads::Short(ShortHeads {
                device: DeviceKey(r.array()?),
                incarnation: Incarnation(r.array()?),
                counter: r.u64()?,
                lines: r.array()?,
                sig: r.array()?,
            })
        };
        r.end()?;
        Ok(Self { age_ms, heads })
    }
}

/// One frame.
#[derive(Clone, Debug)]
pub enum Frame {
    /// See [`Hello`].
    Hello(Hello),
    /// See [`Heads`]; not yet verified.
    Heads(Heads),
    /// See [`Digest`].
    Digest(Digest),
    /// A signed entry; not yet verified.
    Entry(Arc<Entry>),
    /// Ask for entries `from..=to` of a chain.
    Want {
        /// The chain.
        chain: ChainId,
        /// First seq.
        from: u64,
        /// Last seq.
        to: u64,
    },
    /// See [`Presence`]; not yet verified.
    Presence(Presence),
    /// See [`Relayed`]; not yet verified.
    Relayed(Relayed),
    /// The sender leaves on purpose.
    Goodbye,
    /// The receiver is out of the space: the Member entries that say so, each after what it is built on. Not yet
    /// verified.
    Removed(Vec<Arc<Entry>>),
    /// All secrets the sender holds of the space.
    Secrets(Vec<(SecretLabel, [u8; 32])>),
    /// See [`kind::WHO`].
    Who,
    /// See [`kind::ADMISSION`]; an empty one ends them. Not yet verified.
    Admission(Vec<Arc<Entry>>),
    /// A type this version does not know, or does not act on.
    Unknown(u8),
}

impl Frame {
    /// Reads a frame from its type and body.
    ///
    /// # Errors
    /// When the body is not what its type says; the stream is closed then.
    pub fn decode(kind: u8, body: &[u8]) -> Result<Self, WireError> {
        let max = if kind == kind::ENTRY {
            config::ENTRY_FRAME_MAX_BYTES
        } else {
            config::FRAME_MAX_BYTES
        };
        if body.len() > max {
            return Err(WireError::Bounds);
        }
        Ok(match kind {
            kind::HELLO => Self::Hello(Hello::decode(body)?),
            kind::HEADS => Self::Heads(Heads::decode(body)?),
            kind::HEADS_DIGEST => Self::Digest(Digest::decode(body)?),
            kind::ENTRY => Self::Entry(Arc::new(
                Entry::decode(body).map_err(|_| WireError::Bounds)?,
            )),
            kind::WANT => Self::decode_want(body)?,
            kind::PRESENCE => Self::Presence(Presence::decode(body)?),
            kind::RELAYED | kind::RELAYED_SHORT => Self::Relayed(Relayed::decode(kind, body)?),
            kind::GOODBYE => {
                Reader::new(body).end()?;
                Self::Goodbye
            }
            kind::REMOVED => Self::Removed(decode_entries(body)?),
            kind::SECRETS => Self::Secrets(decode_secrets(body)?),
            kind::ADMISSION => Self::Admission(decode_entries(body)?),
            kind::WHO => {
                Reader::new(body).end()?;
                Self::Who
            }
            other => Self::Unknown(other),
        })
    }

    fn decode_want(body: &[u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(body);
        let (chain, from, to) = (ChainId(r.array()?), r.u64()?, r.u64()?);
        r.end()?;
        if from == 0 || to < from {
            return Err(WireError::Bounds);
        }
        Ok(Self::Want { chain, from, to })
    }

    /// The frame's type and body.
    #[must_use]
    pub fn encode(&self) -> (u8, Vec<u8>) {
        match self {
            Self::Hello(hello) => (kind::HELLO, hello.encode()),
            Self::Heads(heads) => (kind::HEADS, heads.encode()),
            Self::Digest(digest) => (kind::HEADS_DIGEST, digest.encode()),
            Self::Entry(entry) => (kind::ENTRY, entry.encode()),
            Self::Want { chain, from, to } => {
                let mut out = chain.0.to_vec();
                out.extend_from_slice(&from.to_le_bytes());
                out.extend_from_slice(&to.to_le_bytes());
                (kind::WANT, out)
            }
            Self::Presence(presence) => (kind::PRESENCE, presence.encode()),
            Self::Relayed(relayed) => relayed.encode(),
            Self::Goodbye => (kind::GOODBYE, Vec::new()),
            Self::Removed(entries) => (kind::REMOVED, encode_entries(entries)),
            Self::Secrets(secrets) => (kind::SECRETS, encode_secrets(secrets)),
            Self::Who => (kind::WHO, Vec::new()),
            Self::Admission(entries) => (kind::ADMISSION, encode_entries(entries)),
            Self::Unknown(kind) => (*kind, Vec::new()),
        }
    }
}

/// How many, u16, and each with its length, u32.
fn encode_entries(entries: &[Arc<Entry>]) -> Vec<u8> {
    let mut out = (entries.len() as u16).to_le_bytes().to_vec();
    for entry in entries {
        let bytes = entry.encode();
        out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        out.extend_from_slice(&bytes);
    }
    out
}

fn decode_entries(body: &[u8]) -> Result<Vec<Arc<Entry>>, WireError> {
    let mut r = Reader::new(body);
    let mut entries = Vec::new();
    for _ in 0..r.u16()? {
        let length = u32::from_le_bytes(r.array()?) as usize;
        let entry = Entry::decode(r.take(length)?).map_err(|_| WireError::Bounds)?;
        entries.push(Arc::new(entry));
    }
    r.end()?;
    Ok(entries)
}

/// How many, u8, and each with its label.
fn encode_secrets(secrets: &[(SecretLabel, [u8; 32])]) -> Vec<u8> {
    let mut out = vec![secrets.len() as u8];
    let each = secrets.iter();
    out.extend(
        each.flat_map(|(label, secret)| [label.0, *secret])
            .flatten(),
    );
    out
}

/// Strictly rising, so that there is one form.
fn decode_secrets(body: &[u8]) -> Result<Vec<(SecretLabel, [u8; 32])>, WireError> {
    let mut r = Reader::new(body);
    let count = usize::from(r.u8()?);
    if count > config::SECRETS_MAX {
        return Err(WireError::Bounds);
    }
    let mut secrets: Vec<(SecretLabel, [u8; 32])> = Vec::new();
    for _ in 0..count {
        let next = (SecretLabel(r.array()?), r.array()?);
        if secrets.last().is_some_and(|last| *last >= next) {
            return Err(WireError::Order);
        }
        secrets.push(next);
    }
    r.end()?;
    Ok(secrets)
}

/// As many entries in a frame as fit; none makes no frame.
pub fn entries_in_frames(entries: Vec<Arc<Entry>>) -> Vec<Vec<Arc<Entry>>> {
    let mut frames: Vec<Vec<Arc<Entry>>> = Vec::new();
    let mut room = 0;
    for entry in entries {
        let bytes = entry.encode().len() + 4;
        if bytes > room {
            frames.push(Vec::new());
            room = config::FRAME_MAX_BYTES - 2; // their count
        }
        room = room.saturating_sub(bytes);
        if let Some(frame) = frames.last_mut() {
            frame.push(entry);
        }
    }
    frames
}
