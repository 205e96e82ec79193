//! The side that made a ticket.

use std::fmt;

use super::PairingError;
use super::message::{Admit, Ask, PairingMessage, Reason, TurnedAway};
use super::transcript::{Peers, Transcript, mac_fits};
use crate::ids::{DeviceKey, SpaceId};
use crate::keys::{self, BadSignature, Root};
use crate::labels;
use crate::member::{Statement, names};
use crate::ticket::TicketSecret;

/// Who holds the ticket, proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The joiner's device: what the ticket is bound to from now on.
    pub device: DeviceKey,
    /// Its transport key and names, signed: what the Member entry carries.
    pub statement: Statement,
}

/// One exchange of an inviter over one connection.
pub struct Inviter {
    root: Root,
    space: SpaceId,
    ask: Ask,
    transcript: Transcript,
    proven: bool,
}

impl Inviter {
    /// Begins, after the caller found the open ticket that [`Ask::ticket`] names. `nonce` is random; `mine` and
    /// `theirs` are the PeerIds of this connection, as bytes.
    pub fn start(
        root: &Root,
        space: SpaceId,
        secret: &TicketSecret,
        message: &PairingMessage,
        nonce: [u8; 32],
        mine: &[u8],
        theirs: &[u8],
    ) -> Result<(Self, PairingMessage), PairingError> {
        let PairingMessage::Ask(ask) = message else {
            return Err(PairingError::OutOfTurn);
        };
        let device = root.device_key();
        if ask.ticket != secret.id() || ask.device == device {
            return Err(PairingError::WrongProof);
        }
        let peers = Peers {
            joiner: theirs.to_vec(),
            inviter: mine.to_vec(),
        };
        let transcript = Transcript::new(secret, &space, &device, &peers, ask, &nonce)?;
        let inviter = Self {
            root: root.clone(),
            space,
            ask: ask.clone(),
            transcript,
            proven: false,
        };
        Ok((inviter, PairingMessage::Nonce(nonce)))
    }

    /// Checks the joiner's proof. On `Err` the connection is closed without a word.
    pub fn on_proof(&mut self, message: &PairingMessage) -> Result<Proven, PairingError> {
        let PairingMessage::Proof(proof) = message else {
            return Err(PairingError::OutOfTurn);
        };
        if self.proven {
            return Err(PairingError::OutOfTurn);
        }
        let names = names(&proof.person, &proof.device_name)?;
        mac_fits(self.transcript.joiner_mac(&names), &proof.mac)?;
        let wrong = |_: BadSignature| PairingError::WrongProof;
        let body: [&[u8]; 1] = [self.transcript.body()];
        keys::verify(&self.ask.device, labels::TICKET, &body, &proof.device_sig).map_err(wrong)?;
        keys::verify_transport(
            &self.ask.transport,
            labels::TICKET,
            &body,
            &proof.transport_sig,
        )
        .map_err(wrong)?;
        let statement = Statement {
            transport: self.ask.transport,
            signature: proof.statement_sig,
            person: proof.person.clone(),
            device_name: proof.device_name.clone(),
        };
        statement
            .verify(&self.space, &self.ask.device)
            .map_err(wrong)?;
        self.proven = true;
        Ok(Proven {
            device: self.ask.device,
            statement,
        })
    }

    /// Answers with an encoded [`super::Admission`], after the Member entry is on disk. Only after the proof.
    pub fn admit(&self, admission: Vec<u8>) -> Result<PairingMessage, PairingError> {
        self.after_proof()?;
        let signed = self.transcript.with_admission(&admission);
        Ok(PairingMessage::Admit(Admit {
            mac: *self.transcript.member_mac(&admission).as_bytes(),
            device_sig: self.root.signer().sign(labels::TICKET_MEMBER, &[&signed]),
            transport_sig: self
                .root
                .transport_signer()
                .sign(labels::TICKET_MEMBER, &[&signed]),
            admission,
        }))
    }

    /// Says why there is no admission. Only after the proof.
    pub fn turn_away(&self, reason: Reason) -> Result<PairingMessage, PairingError> {
        self.after_proof()?;
        let mac = *self.transcript.turned_away_mac(reason).as_bytes();
        Ok(PairingMessage::TurnedAway(TurnedAway { reason, mac }))
    }

    fn after_proof(&self) -> Result<(), PairingError> {
        if self.proven {
            Ok(())
        } else {
            Err(PairingError::OutOfTurn)
        }
    }
}

impl fmt::Debug for Inviter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Inviter({} into {})", self.ask.device, self.space)
    }
}
