//! One ticket exchange between device 1 and device 0, every part of which a test may replace.

use std::sync::Arc;

use skein_space::*;

use crate::cast::*;

/// PeerIds of the one connection, as its swarm reports them.
pub const JOINER_PEER: &[u8] = b"peer id of the joiner";
pub const INVITER_PEER: &[u8] = b"peer id of the inviter";

pub fn ticket() -> Ticket {
    Ticket {
        space: space(),
        inviter: key(0),
        secret: TicketSecret::new([4; 32]),
        expiry_s: 1_800_000_000,
        addresses: vec![
            "192.0.2.1:4000".parse().unwrap(),
            "[fe80::1]:4001".parse().unwrap(),
        ],
    }
}

/// A roster in which device 1 was just admitted by device 0.
pub fn admitted_view() -> View {
    let mut view = View::founded();
    view.write(0, &set_role(1, Role::Editor));
    view
}

pub fn admission() -> Admission {
    let view = admitted_view();
    Admission {
        entries: view.roster.entries().map(Arc::clone).collect(),
        label: view.roster.secret_label(),
        secret: SpaceSecret::new([9; 32]),
        space_name: "Team".into(),
        role: Role::Editor,
        transport: cast()[0].root.transport_key(),
        addresses: vec!["/ip4/192.0.2.1/tcp/5000".into()],
    }
}

/// What happens on the way to the message with this number, from 1.
pub type Tamper = Box<dyn Fn(usize, &mut Vec<u8>)>;

/// One exchange, every part of which a test may replace.
pub struct Exchange {
    pub ticket: Ticket,
    pub joiner: usize,
    pub inviter: usize,
    pub secret_kept: TicketSecret,
    pub inviter_sees: Vec<u8>,
    pub tamper: Tamper,
    pub admission: Vec<u8>,
}

impl Exchange {
    pub fn good() -> Self {
        Self {
            ticket: ticket(),
            joiner: 1,
            inviter: 0,
            secret_kept: ticket().secret,
            inviter_sees: JOINER_PEER.to_vec(),
            tamper: Box::new(|_, _| {}),
            admission: admission().encode().unwrap(),
        }
    }

    /// Message by message over bytes, as frames carry them.
    pub fn run(&self) -> Result<(Proven, Admitted), PairingError> {
        let (joiner_root, inviter_root) = (root(self.joiner as u8), root(self.inviter as u8));
        let (person, name) = (
            format!("Person {}", self.joiner),
            format!("Laptop {}", self.joiner),
        );
        let (mut joiner, ask) = Joiner::start(
            self.ticket.clone(),
            &joiner_root,
            [1; 32],
            JOINER_PEER,
            INVITER_PEER,
            &person,
            &name,
        )?;
        let ask = self.carry(1, &ask)?;
        let (mut inviter, nonce) = Inviter::start(
            &inviter_root,
            space(),
            &self.secret_kept,
            &ask,
            [2; 32],
            INVITER_PEER,
            &self.inviter_sees,
        )?;
        let proof = joiner.on_nonce(&self.carry(2, &nonce)?)?;
        let proven = inviter.on_proof(&self.carry(3, &proof)?)?;
        let admit = inviter.admit(self.admission.clone())?;
        let admitted = joiner.on_admission(&self.carry(4, &admit)?)?;
        Ok((proven, admitted))
    }

    pub fn carry(
        &self,
        number: usize,
        message: &PairingMessage,
    ) -> Result<PairingMessage, PairingError> {
        let mut bytes = message.encode()?;
        (self.tamper)(number, &mut bytes);
        PairingMessage::decode(&bytes)
    }
}
