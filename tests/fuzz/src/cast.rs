//! Who signs in the targets, and numbers taken from foreign bytes.

use std::sync::OnceLock;

use skein_space::{
    Chain, DeviceSigner, Draft, Entry, EntryHash, Incarnation, Kind, Log, Member, Nonce, NoteId,
    Role, Root, SpaceId, SpaceSecret, Statement, space_id,
};

/// The secrets of two devices, neither of which is in the golden files.
pub fn root(number: u8) -> Root {
    Root::new([200 + number; 32])
}

/// The first device's signature, made once: deriving a key takes longer than most parsers.
pub fn signer() -> &'static DeviceSigner {
    static SIGNER: OnceLock<DeviceSigner> = OnceLock::new();
    SIGNER.get_or_init(|| root(1).signer())
}

/// The space that the first device founded.
pub fn space() -> SpaceId {
    space_id(&root(1).device_key(), &Nonce([7; 16]))
}

/// A secret of that space.
pub fn secret() -> SpaceSecret {
    SpaceSecret::new([9; 32])
}

/// The first device's chain in that space.
pub fn chain(log: Log) -> Chain {
    Chain {
        space: space(),
        device: signer().device_key(),
        incarnation: Incarnation([2; 16]),
        log,
    }
}

/// The draft of a chain's first entry of some kind.
pub fn draft(kind: Kind) -> Draft {
    Draft {
        chain: chain(kind.log()),
        seq: 1,
        prev: EntryHash::ZERO,
        kind,
        note: if kind == Kind::Member {
            NoteId::ZERO
        } else {
            NoteId([4; 16])
        },
        session: 0,
        deps: Vec::new(),
        wall_ms: 1_700_000_000_000,
    }
}

/// A roster of two: the founding, and the second device's admission as an editor.
pub fn roster() -> Vec<Entry> {
    let found = Member::Found {
        subject: root(1).device_key(),
        nonce: Nonce([7; 16]),
        recovery: None,
        statement: statement(1),
    };
    let admit = Member::SetRole {
        subject: root(2).device_key(),
        role: Role::Editor,
        statement: statement(2),
    };
    let first = member(&found, draft(Kind::Member));
    let second = Draft {
        seq: 2,
        prev: first.hash(),
        deps: vec![first.reference()],
        ..draft(Kind::Member)
    };
    let second = member(&admit, second);
    vec![first, second]
}

/// A device's statement of its transport key and names.
pub fn statement(number: u8) -> Statement {
    let root = root(number);
    let (device, person) = (root.device_key(), format!("Person {number}"));
    Statement::sign(
        &root.transport_signer(),
        &space(),
        &device,
        &person,
        "laptop",
    )
    .expect("short names")
}

fn member(member: &Member, draft: Draft) -> Entry {
    let payload = member.encode().expect("a sound member");
    Entry::seal(signer(), draft, payload).expect("a sound entry")
}

/// Takes values off the front of foreign bytes; where they end, zeros follow.
pub struct Values<'a>(pub &'a [u8]);

impl<'a> Values<'a> {
    /// The next bytes.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        let taken = self.slice(N);
        array[..taken.len()].copy_from_slice(taken);
        array
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        self.array::<1>()[0]
    }

    /// The next eight bytes as a number.
    pub fn number(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    /// At most so many of the next bytes.
    pub fn slice(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// A byte for the length and as many bytes.
    pub fn piece(&mut self) -> &'a [u8] {
        let len = usize::from(self.byte());
        self.slice(len)
    }
}

/// Changes one bit of some bytes, chosen by a number.
pub fn flip(bytes: &mut [u8], which: u64) {
    let bits = bytes.len() as u64 * 8;
    if bits > 0 {
        let bit = which % bits;
        bytes[(bit / 8) as usize] ^= 1 << (bit % 8);
    }
}
