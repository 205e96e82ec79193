//! The side of the member that invites.

use std::fmt;

use super::emoji::Row;
use super::message::{CeremonyMessage, Commit, Decline, Offer, Reveal, Signatures, Welcome};
use super::transcript::{Facts, Peers, Transcript};
use crate::config::SIG_BYTES;
use crate::ids::{DeviceKey, SpaceId};
use crate::keys::{self, BadSignature, Root};
use crate::labels::{self, Label};
use crate::member::Statement;
use crate::pairing::PairingError;

/// Rows on the host's screen: one is the guest's.
pub const ROWS: usize = 4;

/// Draws of random bits for the other rows before a source that repeats itself is given up.
const DRAWS_MAX: usize = 256;

/// A guest that proved its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenGuest {
    /// Its device key.
    pub device: DeviceKey,
    /// What it calls its person. That of the host's person, where it is to be an own device.
    pub person: String,
    /// What it calls itself.
    pub device_name: String,
    /// For the Member entry in each space given.
    pub statements: Vec<(SpaceId, Statement)>,
}

/// What the host's person is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Who wants to join. Proven to hold its keys; the names are what it calls itself.
    pub guest: ProvenGuest,
    /// One of these is on the guest's screen.
    pub rows: [Row; ROWS],
}

/// What the person's choice means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked {
    /// Both see the same: write the Member entries, then [`Host::welcome`].
    Right(ProvenGuest),
    /// Another row: somebody may stand between. The invitation ends.
    Wrong,
    /// "None of these": this exchange ends.
    None,
}

/// One exchange of a host over one connection.
pub struct Host {
    root: Root,
    offer: Offer,
    peers: Peers,
    stage: Stage,
}

enum Stage {
    Offered,
    Committed {
        commit: Commit,
        nonce: [u8; 32],
    },
    Asking {
        transcript: Transcript,
        guest: ProvenGuest,
        rows: [Row; ROWS],
    },
    Welcoming(Transcript),
    Over,
}

impl Host {
    /// Answers a call with what is offered. `mine` and `theirs` are the PeerIds of this connection, as bytes.
    ///
    /// # Errors
    /// A message that is no call.
    pub fn start(
        root: &Root,
        offer: Offer,
        call: &CeremonyMessage,
        mine: &[u8],
        theirs: &[u8],
    ) -> Result<(Self, CeremonyMessage), PairingError> {
        if *call != CeremonyMessage::Call {
            return Err(PairingError::OutOfTurn);
        }
        let message = CeremonyMessage::Offer(offer.clone());
        let peers = Peers {
            guest: theirs.to_vec(),
            host: mine.to_vec(),
        };
        let host = Self {
            root: root.clone(),
            offer,
            peers,
            stage: Stage::Offered,
        };
        Ok((host, message))
    }

    /// Takes the guest's commitment and gives a nonce, 32 random bytes. From here on the exchange counts: ask
    /// [`super::Invitation::begin`] before.
    ///
    /// # Errors
    /// A message out of turn, a guest that is this very device, or one that is to be another device of this person and
    /// carries another name.
    pub fn on_commit(
        &mut self,
        message: &CeremonyMessage,
        nonce: [u8; 32],
    ) -> Result<CeremonyMessage, PairingError> {
        let (CeremonyMessage::Commit(commit), Stage::Offered) = (message, &self.stage) else {
            return Err(self.over(PairingError::OutOfTurn));
        };
        if commit.device == self.offer.device || commit.transport == self.offer.transport {
            return Err(self.over(PairingError::OwnInvitation));
        }
        if self.offer.person_of_guest(&commit.person) != commit.person {
            return Err(self.over(PairingError::OtherPerson));
        }
        self.stage = Stage::Committed {
            commit: commit.clone(),
            nonce,
        };
        Ok(CeremonyMessage::Nonce(nonce))
    }

    /// Checks that the guest revealed what it had committed to and holds its keys. Gives this side's own proof, to be
    /// sent, and the question for the person. `random` is asked for the other rows and the place of the right one.
    ///
    /// # Errors
    /// Anything that does not fit: the connection is closed without a word.
    pub fn on_reveal(
        &mut self,
        message: &CeremonyMessage,
        random: &mut dyn FnMut() -> u32,
    ) -> Result<(CeremonyMessage, Question), PairingError> {
        let stage = std::mem::replace(&mut self.stage, Stage::Over);
        let (CeremonyMessage::Reveal(reveal), Stage::Committed { commit, nonce }) =
            (message, stage)
        else {
            return Err(PairingError::OutOfTurn);
        };
        let facts = Facts::new(&self.peers, &self.offer, &commit)?;
        if facts.commitment(&reveal.nonce) != blake3::Hash::from_bytes(commit.commitment) {
            return Err(PairingError::Unproven);
        }
        let transcript = facts.with(&reveal.nonce, &nonce);
        let guest = proven(&self.offer, &commit, reveal, &transcript)?;
        let rows = rows(transcript.row(), random)?;
        let signatures = self.sign(labels::PAIR_HOST, transcript.bytes());
        let question = Question {
            guest: guest.clone(),
            rows,
        };
        self.stage = Stage::Asking {
            transcript,
            guest,
            rows,
        };
        Ok((CeremonyMessage::Countersign(signatures), question))
    }

    /// The person's choice: a row, or none of them.
    ///
    /// # Errors
    /// Nothing was asked.
    pub fn pick(&mut self, row: Option<usize>) -> Result<Picked, PairingError> {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Asking {
                transcript,
                guest,
                rows,
            } => Ok(match row.map(|at| rows.get(at)) {
                None => Picked::None,
                Some(Some(picked)) if *picked == transcript.row() => {
                    self.stage = Stage::Welcoming(transcript);
                    Picked::Right(guest)
                }
                Some(_) => Picked::Wrong,
            }),
            _ => Err(PairingError::OutOfTurn),
        }
    }

    /// The last message, with an encoded [`crate::Admission`] to each space given, in that order, after all Member
    /// entries are on disk.
    ///
    /// # Errors
    /// The right row was not picked, or there is not one admission to each.
    pub fn welcome(&self, admissions: Vec<Vec<u8>>) -> Result<CeremonyMessage, PairingError> {
        let Stage::Welcoming(transcript) = &self.stage else {
            return Err(PairingError::OutOfTurn);
        };
        if admissions.len() != self.offer.grant.spaces().len() {
            return Err(PairingError::OtherOffer);
        }
        let signed = transcript.with_admissions(&admissions);
        Ok(CeremonyMessage::Welcome(Welcome {
            signatures: self.sign(labels::PAIR_WELCOME, &signed),
            admissions,
        }))
    }

    /// Ends the exchange with a reason for the guest's person.
    pub fn decline(&mut self, why: Decline) -> CeremonyMessage {
        self.stage = Stage::Over;
        CeremonyMessage::Declined(why)
    }

    fn sign(&self, label: Label, bytes: &[u8]) -> Signatures {
        Signatures {
            device: self.root.signer().sign(label, &[bytes]),
            transport: self.root.transport_signer().sign(label, &[bytes]),
        }
    }

    fn over(&mut self, error: PairingError) -> PairingError {
        self.stage = Stage::Over;
        error
    }
}

fn proven(
    offer: &Offer,
    commit: &Commit,
    reveal: &Reveal,
    transcript: &Transcript,
) -> Result<ProvenGuest, PairingError> {
    let wrong = |_: BadSignature| PairingError::Unproven;
    let signed: [&[u8]; 1] = [transcript.bytes()];
    let label = labels::PAIR_GUEST;
    keys::verify(&commit.device, label, &signed, &reveal.signatures.device).map_err(wrong)?;
    let by_transport = &reveal.signatures.transport;
    keys::verify_transport(&commit.transport, label, &signed, by_transport).map_err(wrong)?;
    let spaces = offer.grant.spaces();
    if reveal.statement_sigs.len() != spaces.len() {
        return Err(PairingError::Unproven);
    }
    let stated = |(space, signature): (&SpaceId, &[u8; SIG_BYTES])| {
        let statement = Statement {
            transport: commit.transport,
            signature: *signature,
            person: commit.person.clone(),
            device_name: commit.device_name.clone(),
        };
        let verified = statement.verify(space, &commit.device);
        verified.map(|()| (*space, statement)).map_err(wrong)
    };
    let each = spaces.iter().zip(&reveal.statement_sigs);
    Ok(ProvenGuest {
        device: commit.device,
        person: commit.person.clone(),
        device_name: commit.device_name.clone(),
        statements: each.map(stated).collect::<Result<_, _>>()?,
    })
}

/// The right row at a random place among others, each of which differs from every other in two places at least: who
/// compares only the first picture does not pick by it.
fn rows(right: Row, random: &mut dyn FnMut() -> u32) -> Result<[Row; ROWS], PairingError> {
    let mut rows = vec![right];
    for _ in 0..DRAWS_MAX {
        if rows.len() == ROWS {
            break;
        }
        let drawn = Row::random(random());
        if rows.iter().all(|row| row.differs_in(&drawn) >= 2) {
            rows.push(drawn);
        }
    }
    let place = random() as usize % ROWS;
    if rows.len() == ROWS {
        rows.swap(0, place);
    }
    rows.try_into().map_err(|_| PairingError::NoRandomness)
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Host({})", self.offer.invitation)
    }
}
