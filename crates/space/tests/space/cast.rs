//! The devices, dice and entries the tests of this crate play with.

use std::sync::{Arc, OnceLock};

use skein_space::*;

/// A seeded source of numbers, the same on every machine (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `end`, which is not zero.
    pub fn below(&mut self, end: usize) -> usize {
        (self.roll() % end as u64) as usize
    }

    pub fn percent(&mut self, chance: u64) -> bool {
        self.roll() % 100 < chance
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for end in (1..all.len()).rev() {
            let other = self.below(end + 1);
            all.swap(end, other);
        }
    }
}

/// One device of the cast and the statement it carries into the cast's space.
pub struct Device {
    pub root: Root,
    pub signer: DeviceSigner,
    pub key: DeviceKey,
    pub statement: Statement,
}

pub const NONCE: Nonce = Nonce([7; 16]);

/// Devices 0 to 9; device 0 is the founder, device 9 the recovery key where a test has one.
pub fn cast() -> &'static [Device] {
    static CAST: OnceLock<Vec<Device>> = OnceLock::new();
    CAST.get_or_init(|| {
        let space = space_id(&root(0).device_key(), &NONCE);
        (0..10).map(|number| device(number, &space)).collect()
    })
}

pub fn root(number: u8) -> Root {
    Root::new([number + 1; 32])
}

pub fn device(number: u8, space: &SpaceId) -> Device {
    let root = root(number);
    let key = root.device_key();
    let (person, name) = (format!("Person {number}"), format!("Laptop {number}"));
    let statement =
        Statement::sign(&root.transport_signer(), space, &key, &person, &name).expect("names fit");
    Device {
        signer: root.signer(),
        root,
        key,
        statement,
    }
}

pub fn key(number: usize) -> DeviceKey {
    cast()[number].key
}

pub fn space() -> SpaceId {
    space_id(&key(0), &NONCE)
}

pub fn incarnation(number: u8) -> Incarnation {
    Incarnation([number; 16])
}

pub fn chain(device: usize, incarnation_number: u8, log: Log) -> Chain {
    Chain {
        space: space(),
        device: key(device),
        incarnation: incarnation(incarnation_number),
        log,
    }
}

pub fn found(recovery: Option<usize>) -> Member {
    Member::Found {
        subject: key(0),
        nonce: NONCE,
        recovery: recovery.map(key),
        statement: cast()[0].statement.clone(),
    }
}

pub fn set_role(about: usize, role: Role) -> Member {
    Member::SetRole {
        subject: key(about),
        role,
        statement: cast()[about].statement.clone(),
    }
}

pub fn lower(about: usize, role: Option<Role>, cuts: &[EntryRef]) -> Member {
    let mut cuts = cuts.to_vec();
    cuts.sort_unstable();
    Member::Lower {
        subject: key(about),
        role,
        cuts,
    }
}

pub fn move_cut(lowering: &Entry, cut: EntryRef) -> Member {
    let subject = Member::decode(lowering.payload())
        .expect("a lowering")
        .subject();
    Member::MoveCut {
        subject,
        lowering: lowering.hash(),
        cut,
    }
}

/// A signed Member entry, whether or not a roster would take it.
pub fn member_entry(
    author: usize,
    life: u8,
    previous: Option<&Entry>,
    deps: &[EntryRef],
    member: &Member,
) -> Arc<Entry> {
    let draft = Draft {
        chain: chain(author, life, Log::Roster),
        seq: previous.map_or(1, |entry| entry.header().seq + 1),
        prev: previous.map_or(EntryHash::ZERO, Entry::hash),
        kind: Kind::Member,
        note: NoteId::ZERO,
        session: 0,
        deps: deps.to_vec(),
        wall_ms: 0,
    };
    let payload = member.encode().expect("a writable payload");
    Arc::new(Entry::seal(&cast()[author].signer, draft, payload).expect("a well-formed entry"))
}

/// What one device knows of the roster, and how it writes on it.
#[derive(Clone)]
pub struct View {
    pub roster: Roster,
}

impl View {
    pub fn new() -> Self {
        Self {
            roster: Roster::empty(space()),
        }
    }

    /// The founder has founded.
    pub fn founded() -> Self {
        let mut view = Self::new();
        view.write(0, &found(None));
        view
    }

    /// Writes an honest entry in the author's first life.
    pub fn write(&mut self, author: usize, member: &Member) -> Arc<Entry> {
        self.write_in(author, 0, member)
    }

    pub fn write_in(&mut self, author: usize, life: u8, member: &Member) -> Arc<Entry> {
        let signer = &cast()[author].signer;
        let entry = self
            .roster
            .seal(signer, incarnation(life), member, 0)
            .expect("the author may");
        let entry = Arc::new(entry);
        self.roster = self.roster.with(Arc::clone(&entry));
        entry
    }

    /// Learns everything the other knows.
    pub fn learn(&mut self, other: &View) {
        for entry in other.roster.entries() {
            self.roster = self.roster.with(Arc::clone(entry));
        }
    }

    pub fn role(&self, device: usize) -> Option<Role> {
        self.roster.role(key(device))
    }

    /// What an edit written now would know.
    pub fn past(&self) -> RosterPast {
        self.roster
            .past(&self.roster.frontier())
            .expect("its own frontier")
    }
}

/// Some entry of a notes chain, where only its place matters.
pub fn edit_ref(device: usize, life: u8, seq: u64) -> EntryRef {
    EntryRef {
        chain: chain(device, life, Log::Notes).id(),
        seq,
        hash: ShortHash([seq as u8; 16]),
    }
}
