//! The side of the device that wants to join.

use std::fmt;

use super::emoji::Row;
use super::message::{CeremonyMessage, Commit, Offer, Reveal, Signatures, Welcome};
use super::transcript::{Facts, Peers, Transcript};
use crate::ids::SpaceId;
use crate::keys::{self, Root};
use crate::labels::{self, Label};
use crate::member::Statement;
use crate::pairing::{Admission, Admitted, PairingError};

/// One exchange of a guest over one connection.
pub struct Guest {
    root: Root,
    peers: Peers,
    stage: Stage,
}

enum Stage {
    Called,
    Offered(Offer),
    Committed(Asked, [u8; 32]),
    Revealed(Asked, Transcript),
    Shown(Asked, Transcript),
    Over,
}

/// What was offered, and who asked for it.
struct Asked {
    offer: Offer,
    commit: Commit,
    /// One for each space given.
    statements: Vec<Statement>,
}

impl Asked {
    fn admitted(
        &self,
        space: SpaceId,
        statement: &Statement,
        admission: &[u8],
    ) -> Result<Admitted, PairingError> {
        let admission = Admission::decode(admission)?;
        let offer = &self.offer;
        let roster = admission.check(&space, &offer.device, &self.commit.device, statement)?;
        // Who was let in before may have more than this invitation gives.
        if admission.role < offer.grant.role() || admission.transport != offer.transport {
            return Err(PairingError::OtherOffer);
        }
        Ok(Admitted {
            space,
            admission,
            roster,
        })
    }
}

impl Guest {
    /// Begins. `mine` and `theirs` are the PeerIds of this connection, as bytes.
    pub fn start(root: &Root, mine: &[u8], theirs: &[u8]) -> (Self, CeremonyMessage) {
        let peers = Peers {
            guest: mine.to_vec(),
            host: theirs.to_vec(),
        };
        let guest = Self {
            root: root.clone(),
            peers,
            stage: Stage::Called,
        };
        (guest, CeremonyMessage::Call)
    }

    /// What is offered, for the person to read. Nothing of it is proven yet.
    ///
    /// # Errors
    /// A refusal, a message out of turn, or an invitation of this very device.
    pub fn on_offer(&mut self, message: &CeremonyMessage) -> Result<Offer, PairingError> {
        match (message, self.leave()) {
            (CeremonyMessage::Offer(offer), Stage::Called) => {
                if offer.device == self.root.device_key() {
                    return Err(PairingError::OwnInvitation);
                }
                self.stage = Stage::Offered(offer.clone());
                Ok(offer.clone())
            }
            (message, _) => Err(unexpected(message)),
        }
    }

    /// The person asks to join. `nonce` is random and stays secret until the host gave its own. Another device of the
    /// inviting person takes that person's name ([`Offer::person_of_guest`]).
    ///
    /// # Errors
    /// Nothing is offered, or a name that is too long.
    pub fn ask(
        &mut self,
        nonce: [u8; 32],
        person: &str,
        device_name: &str,
    ) -> Result<CeremonyMessage, PairingError> {
        let Stage::Offered(offer) = self.leave() else {
            return Err(PairingError::OutOfTurn);
        };
        let device = self.root.device_key();
        let signer = self.root.transport_signer();
        let person = offer.person_of_guest(person);
        let sign = |space| Statement::sign(&signer, space, &device, person, device_name);
        let spaces = offer.grant.spaces().iter();
        let statements = spaces.map(sign).collect::<Result<Vec<_>, _>>()?;
        let mut commit = Commit {
            device,
            transport: self.root.transport_key(),
            person: person.to_owned(),
            device_name: device_name.to_owned(),
            commitment: [0; 32],
        };
        let facts = Facts::new(&self.peers, &offer, &commit)?;
        commit.commitment = *facts.commitment(&nonce).as_bytes();
        let message = CeremonyMessage::Commit(commit.clone());
        let asked = Asked {
            offer,
            commit,
            statements,
        };
        self.stage = Stage::Committed(asked, nonce);
        Ok(message)
    }

    /// Takes the host's nonce; reveals this side's and proves its keys.
    ///
    /// # Errors
    /// A refusal, or a message out of turn.
    pub fn on_nonce(&mut self, message: &CeremonyMessage) -> Result<CeremonyMessage, PairingError> {
        let (CeremonyMessage::Nonce(theirs), Stage::Committed(asked, mine)) =
            (message, self.leave())
        else {
            return Err(unexpected(message));
        };
        let facts = Facts::new(&self.peers, &asked.offer, &asked.commit)?;
        let transcript = facts.with(&mine, theirs);
        let signatures = Signatures {
            device: self
                .root
                .signer()
                .sign(labels::PAIR_GUEST, &[transcript.bytes()]),
            transport: self
                .root
                .transport_signer()
                .sign(labels::PAIR_GUEST, &[transcript.bytes()]),
        };
        let reveal = Reveal {
            nonce: mine,
            statement_sigs: asked.statements.iter().map(|one| one.signature).collect(),
            signatures,
        };
        self.stage = Stage::Revealed(asked, transcript);
        Ok(CeremonyMessage::Reveal(reveal))
    }

    /// The row to be shown, once the host proved the keys it named in its offer.
    ///
    /// # Errors
    /// A refusal, a message out of turn, or a host that does not hold them.
    pub fn on_countersign(&mut self, message: &CeremonyMessage) -> Result<Row, PairingError> {
        let (CeremonyMessage::Countersign(signatures), Stage::Revealed(asked, transcript)) =
            (message, self.leave())
        else {
            return Err(unexpected(message));
        };
        check(
            &asked.offer,
            labels::PAIR_HOST,
            transcript.bytes(),
            signatures,
        )?;
        let row = transcript.row();
        self.stage = Stage::Shown(asked, transcript);
        Ok(row)
    }

    /// Takes the admissions, one to each space given. Nothing of a space may be shown or written before this device's person says that the
    /// other screen names this device: whoever only says "welcome" has a space of its own.
    ///
    /// # Errors
    /// A refusal, a message out of turn, or admissions that do not make this device a member of all that was offered.
    pub fn on_welcome(&mut self, message: &CeremonyMessage) -> Result<Vec<Admitted>, PairingError> {
        let (CeremonyMessage::Welcome(welcome), Stage::Shown(asked, transcript)) =
            (message, self.leave())
        else {
            return Err(unexpected(message));
        };
        let Welcome {
            signatures,
            admissions,
        } = welcome;
        let signed = transcript.with_admissions(admissions);
        check(&asked.offer, labels::PAIR_WELCOME, &signed, signatures)?;
        if admissions.len() != asked.statements.len() {
            return Err(PairingError::OtherOffer);
        }
        let spaces = asked.offer.grant.spaces().iter();
        let all = spaces.zip(&asked.statements).zip(admissions);
        all.map(|((space, statement), admission)| asked.admitted(*space, statement, admission))
            .collect()
    }

    fn leave(&mut self) -> Stage {
        std::mem::replace(&mut self.stage, Stage::Over)
    }
}

fn check(
    offer: &Offer,
    label: Label,
    bytes: &[u8],
    signatures: &Signatures,
) -> Result<(), PairingError> {
    keys::verify(&offer.device, label, &[bytes], &signatures.device)
        .and_then(|()| {
            keys::verify_transport(&offer.transport, label, &[bytes], &signatures.transport)
        })
        .map_err(|_| PairingError::Unproven)
}

fn unexpected(message: &CeremonyMessage) -> PairingError {
    match message {
        CeremonyMessage::Declined(why) => PairingError::Declined(*why),
        _ => PairingError::OutOfTurn,
    }
}

impl fmt::Debug for Guest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guest({})", self.root.device_key())
    }
}
