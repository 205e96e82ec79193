//! Presence: where somebody's caret is and what they are doing. Signed, never stored, never queued behind text.

use skein_space::{DeviceKey, DeviceSigner, Nonce, NoteId, SpaceId, keys::verify, labels};

use crate::config;
use crate::wire::{Reader, WireError, put_bytes16};

/// What somebody is doing in a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Activity {
    /// An edit in the last ten seconds.
    Editing,
    /// The note is open and was looked at lately.
    Viewing,
    /// No input for five minutes.
    Idle,
    /// Nothing heard for thirty seconds, or a goodbye.
    Offline,
}

impl Activity {
    fn code(self) -> u8 {
        match self {
            Self::Editing => 0,
            Self::Viewing => 1,
            Self::Idle => 2,
            Self::Offline => 3,
        }
    }

    fn from_code(code: u8) -> Result<Self, WireError> {
        Ok(match code {
            0 => Self::Editing,
            1 => Self::Viewing,
            2 => Self::Idle,
            3 => Self::Offline,
            _ => return Err(WireError::Bounds),
        })
    }
}

/// One session's presence message. It names its session by the nonce, from which everybody derives the yjs
/// client id, so nothing needs to be written first and nobody can move another's caret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// The device.
    pub device: DeviceKey,
    /// The note.
    pub note: NoteId,
    /// The session's nonce.
    pub nonce: Nonce,
    /// The nonce of the session it replaces in the same window; zero for none.
    pub replaces: Nonce,
    /// The highest sequence of a nonce wins.
    pub sequence: u64,
    /// What the person is doing.
    pub state: Activity,
    /// Encoded yjs relative position of the anchor; empty for none.
    pub caret: Vec<u8>,
    /// The same of the selection's moving end; empty for none.
    pub head: Vec<u8>,
    /// The device's signature, over the space as well.
    pub sig: [u8; 64],
}

impl Presence {
    /// Signs this message for a space.
    #[must_use]
    pub fn signed(mut self, signer: &DeviceSigner, space: SpaceId) -> Self {
        self.sig = signer.sign(labels::PRESENCE, &[&self.signed_bytes(space)]);
        self
    }

    /// Checks the signature.
    ///
    /// # Errors
    /// [`WireError::Signature`].
    pub fn verify(&self, space: SpaceId) -> Result<(), WireError> {
        verify(
            &self.device,
            labels::PRESENCE,
            &[&self.signed_bytes(space)],
            &self.sig,
        )
        .map_err(|_| WireError::Signature)
    }

    fn signed_bytes(&self, space: SpaceId) -> Vec<u8> {
        let mut out = space.0.to_vec();
        self.put_body(&mut out);
        out
    }

    fn put_body(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.device.0);
        out.extend_from_slice(&self.note.0);
        out.extend_from_slice(&self.nonce.0);
        out.extend_from_slice(&self.replaces.0);
        out.extend_from_slice(&self.sequence.to_le_bytes());
        out.push(self.state.code());
        put_bytes16(out, &self.caret);
        put_bytes16(out, &self.head);
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        self.put_body(&mut out);
        out.extend_from_slice(&self.sig);
        out
    }

    pub(crate) fn decode(body: &[u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(body);
        let presence = Self {
            device: DeviceKey(r.array()?),
            note: NoteId(r.array()?),
            nonce: Nonce(r.array()?),
            replaces: Nonce(r.array()?),
            sequence: r.u64()?,
            state: Activity::from_code(r.u8()?)?,
            caret: r.bytes16(config::POSITION_MAX_BYTES)?.to_vec(),
            head: r.bytes16(config::POSITION_MAX_BYTES)?.to_vec(),
            sig: r.array()?,
        };
        r.end()?;
        Ok(presence)
    }
}
