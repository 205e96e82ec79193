//! The payload of a Session entry.

use crate::chain::client_id;
use crate::codec::{Broken, Reader};
use crate::ids::{DeviceKey, Nonce, NoteId};

/// Opens one replica's writing to one note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionPayload {
    /// Makes the session's client id; random.
    pub nonce: Nonce,
}

impl SessionPayload {
    /// The 16 bytes of the nonce.
    pub fn encode(&self) -> Vec<u8> {
        self.nonce.0.to_vec()
    }

    /// Reads exactly one payload.
    pub fn decode(bytes: &[u8]) -> Result<Self, Broken> {
        let mut reader = Reader::new(bytes);
        let nonce = Nonce(reader.array()?);
        reader.finish()?;
        Ok(Self { nonce })
    }

    /// The session's yjs client id, from the header's device and note. `None`: such a session cannot write.
    pub fn client_id(&self, device: &DeviceKey, note: &NoteId) -> Option<u64> {
        client_id(device, note, &self.nonce)
    }
}
