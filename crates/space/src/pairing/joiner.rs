//! The side that holds a ticket.

use std::fmt;

use super::PairingError;
use super::admission::{Admission, Admitted};
use super::message::{Admit, Ask, PairingMessage, Proof, Reason, TurnedAway};
use super::transcript::{Peers, Transcript, mac_fits};
use crate::keys::{self, Root};
use crate::labels;
use crate::member::{Statement, names};
use crate::ticket::Ticket;

/// One exchange of a joiner over one connection.
pub struct Joiner {
    ticket: Ticket,
    root: Root,
    ask: Ask,
    peers: Peers,
    statement: Statement,
    /// Known from the inviter's nonce on.
    transcript: Option<Transcript>,
}

impl Joiner {
    /// Begins. `nonce` is random; `mine` and `theirs` are the PeerIds of this connection, as bytes.
    pub fn start(
        ticket: Ticket,
        root: &Root,
        nonce: [u8; 32],
        mine: &[u8],
        theirs: &[u8],
        person: &str,
        device_name: &str,
    ) -> Result<(Self, PairingMessage), PairingError> {
        let device = root.device_key();
        if device == ticket.inviter {
            return Err(PairingError::OwnTicket);
        }
        let statement = Statement::sign(
            &root.transport_signer(),
            &ticket.space,
            &device,
            person,
            device_name,
        )?;
        let ask = Ask {
            ticket: ticket.secret.id(),
            device,
            transport: statement.transport,
            nonce,
        };
        let message = PairingMessage::Ask(ask.clone());
        let peers = Peers {
            joiner: mine.to_vec(),
            inviter: theirs.to_vec(),
        };
        Ok((
            Self {
                ticket,
                root: root.clone(),
                ask,
                peers,
                statement,
                transcript: None,
            },
            message,
        ))
    }

    /// Takes the inviter's nonce and proves ticket and keys.
    pub fn on_nonce(&mut self, message: &PairingMessage) -> Result<PairingMessage, PairingError> {
        let PairingMessage::Nonce(nonce) = message else {
            return Err(PairingError::OutOfTurn);
        };
        if self.transcript.is_some() {
            return Err(PairingError::OutOfTurn);
        }
        let Ticket {
            space,
            inviter,
            secret,
            ..
        } = &self.ticket;
        let transcript = Transcript::new(secret, space, inviter, &self.peers, &self.ask, nonce)?;
        let names = names(&self.statement.person, &self.statement.device_name)?;
        let proof = Proof {
            person: self.statement.person.clone(),
            device_name: self.statement.device_name.clone(),
            statement_sig: self.statement.signature,
            mac: *transcript.joiner_mac(&names).as_bytes(),
            device_sig: self
                .root
                .signer()
                .sign(labels::TICKET, &[transcript.body()]),
            transport_sig: self
                .root
                .transport_signer()
                .sign(labels::TICKET, &[transcript.body()]),
        };
        self.transcript = Some(transcript);
        Ok(PairingMessage::Proof(proof))
    }

    /// Takes the inviter's last message. `Ok` only from the device the ticket names, with a roster that makes it an
    /// owner and this device a member.
    pub fn on_admission(&self, message: &PairingMessage) -> Result<Admitted, PairingError> {
        let transcript = self.transcript.as_ref().ok_or(PairingError::OutOfTurn)?;
        match message {
            PairingMessage::Admit(admit) => self.check(transcript, admit),
            PairingMessage::TurnedAway(away) => Err(turned_away(transcript, away)),
            _ => Err(PairingError::OutOfTurn),
        }
    }

    fn check(&self, transcript: &Transcript, admit: &Admit) -> Result<Admitted, PairingError> {
        mac_fits(transcript.member_mac(&admit.admission), &admit.mac)?;
        let signed = transcript.with_admission(&admit.admission);
        keys::verify(
            &self.ticket.inviter,
            labels::TICKET_MEMBER,
            &[&signed],
            &admit.device_sig,
        )
        .map_err(|_| PairingError::WrongProof)?;
        let admission = Admission::decode(&admit.admission)?;
        keys::verify_transport(
            &admission.transport,
            labels::TICKET_MEMBER,
            &[&signed],
            &admit.transport_sig,
        )
        .map_err(|_| PairingError::WrongProof)?;
        let roster = admission.check(
            &self.ticket.space,
            &self.ticket.inviter,
            &self.ask.device,
            &self.statement,
        )?;
        Ok(Admitted {
            space: self.ticket.space,
            admission,
            roster,
        })
    }
}

fn turned_away(transcript: &Transcript, away: &TurnedAway) -> PairingError {
    match mac_fits(transcript.turned_away_mac(away.reason), &away.mac) {
        Err(error) => error,
        Ok(()) => match away.reason {
            Reason::Used => PairingError::Used,
            Reason::Expired => PairingError::Expired,
        },
    }
}

impl fmt::Debug for Joiner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Joiner({} to {})", self.ask.device, self.ticket.space)
    }
}
