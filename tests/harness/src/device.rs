//! A device: its disk, its clock, and the process that runs on it. The process is the production engine over
//! the production store.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use skein_rows::Committed;
use skein_space::{ChainId, DeviceKey, Entry, EntryRef, NoteId, Root, SpaceId, TransportKey};
use skein_store::{Op, Store};
use skein_sync::{
    CommitToken, Engine, GraphRow, Held, HeldError, HeldSnapshot, Identity, Input, Names,
    SessionHandle,
};

use crate::clock::SimClock;
use crate::disk::SimDisk;
use crate::plan::Part;
use crate::window::Window;

/// One device.
pub struct Device {
    /// Its identity. A clone has that of its original.
    pub root: Root,
    /// Its key; kept, because a hundred devices ask for it often and deriving it takes time.
    pub key: DeviceKey,
    /// Its key on the network.
    pub transport: TransportKey,
    /// What it is in the story.
    pub part: Part,
    /// Its clock.
    pub clock: SimClock,
    /// Its disk.
    pub disk: SimDisk,
    /// The process, while it runs.
    pub process: Option<Process>,
    /// How often a process was started.
    pub run: u64,
    /// A copy of the profile that was put away.
    pub put_away: Option<Vec<u8>>,
    /// It was put back to an older state and has not met anybody who knows more: nobody writes there.
    pub stale: bool,
    /// Edits called saved that its disk lacks since it was put back, and that others have.
    pub missing: BTreeSet<EntryRef>,
    /// It is a member.
    pub joined: bool,
    /// The power goes again during the next start, after so many changes of the disk.
    pub power_again: Option<u64>,
    /// Takes in a few frames a second until then, shared ms.
    pub slow_until_ms: u64,
    /// Sessions are numbered through all processes.
    pub next_session: u32,
}

/// A running process.
pub struct Process {
    /// The engine.
    pub engine: Engine,
    /// The store.
    pub store: Store,
    /// What the engine reads of it.
    pub held: SimHeld,
    /// Inputs that effects of other inputs led to.
    pub inbox: VecDeque<Input>,
    /// An input is being carried out.
    pub draining: bool,
    /// Commits the store has not taken.
    pub queue: VecDeque<Batch>,
    /// The group the store works on.
    pub group: Vec<Batch>,
    /// The store works on a group, or will at once.
    pub committing: bool,
    /// The storage fails; how long to wait before it is tried again, ms.
    pub trouble: Option<u64>,
    /// What came from the network meanwhile.
    pub later: VecDeque<Input>,
    /// The soonest tick on its way, shared ms.
    pub tick_ms: Option<u64>,
    /// Open windows.
    pub windows: BTreeMap<SessionHandle, Window>,
    /// Windows whose session was ended and that still hand over what they wrote.
    pub leaving: BTreeMap<SessionHandle, Window>,
}

impl Process {
    /// A window, open or leaving.
    pub fn window(&mut self, session: SessionHandle) -> Option<&mut Window> {
        let open = self.windows.get_mut(&session);
        open.or_else(|| self.leaving.get_mut(&session))
    }
}

/// Operations that become durable together.
pub struct Batch {
    /// What the engine waits for.
    pub token: Option<CommitToken>,
    /// The operations.
    pub ops: Vec<Op>,
}

impl AsRef<[Op]> for Batch {
    fn as_ref(&self) -> &[Op] {
        &self.ops
    }
}

/// Committed rows, and whether a read failed: the store's thread hears of that too, and opens the file again.
pub struct SimHeld {
    committed: Committed,
    failed: Cell<bool>,
}

impl SimHeld {
    /// Over a store.
    pub fn new(store: &Store) -> Self {
        Self {
            committed: Committed::new(store.reader()),
            failed: Cell::new(false),
        }
    }

    /// The store's reader.
    pub fn reader(&self) -> &skein_store::Reader {
        self.committed.reader()
    }

    /// Whether a read failed since this was last asked.
    pub fn take_failed(&self) -> bool {
        self.failed.take()
    }

    fn seen<T>(&self, read: Result<T, HeldError>) -> Result<T, HeldError> {
        if read.is_err() {
            self.failed.set(true);
        }
        read
    }
}

impl Held for SimHeld {
    fn entry(&self, chain: ChainId, branch: u8, seq: u64) -> Result<Option<Arc<Entry>>, HeldError> {
        self.seen(self.committed.entry(chain, branch, seq))
    }

    fn graph(&self, space: SpaceId, note: NoteId) -> Result<Vec<GraphRow>, HeldError> {
        self.seen(self.committed.graph(space, note))
    }

    fn snapshot(&self, space: SpaceId, note: NoteId) -> Result<Option<HeldSnapshot>, HeldError> {
        self.seen(self.committed.snapshot(space, note))
    }
}

impl Device {
    /// A new device with an empty disk.
    pub fn new(seed: [u8; 32], part: Part, wall_off_ms: i64) -> Self {
        let root = Root::new(seed);
        Self {
            key: root.device_key(),
            transport: root.transport_key(),
            root,
            part,
            clock: SimClock::wrong_by(wall_off_ms),
            disk: SimDisk::default(),
            process: None,
            run: 0,
            put_away: None,
            stale: false,
            missing: BTreeSet::new(),
            joined: false,
            power_again: None,
            slow_until_ms: 0,
            next_session: 1,
        }
    }

    /// The names it gives itself.
    pub fn names(index: usize) -> Names {
        let people = ["Ana", "Ben", "Cleo", "Dan", "Eva", "Finn"];
        let person = people[index % people.len()].to_owned();
        Names {
            device_name: format!("{person}'s laptop {index}"),
            person,
        }
    }

    /// Opens the store on the disk and starts an engine over what it holds.
    ///
    /// # Errors
    /// What the store says.
    pub fn start(&mut self, index: usize, shared_ms: u64) -> Result<(), String> {
        let store =
            Store::create_with_backend(self.disk.clone()).map_err(|error| error.to_string())?;
        let loaded = store.load().map_err(|error| error.to_string())?;
        if !loaded.damaged.is_empty() {
            return Err(format!(
                "{} rows of notes are damaged",
                loaded.damaged.len()
            ));
        }
        self.run += 1;
        self.clock.start(shared_ms);
        let mut run = [0; 16];
        run[..8].copy_from_slice(&self.run.to_le_bytes());
        run[8] = index as u8;
        let me = Identity {
            signer: self.root.signer(),
            transport: self.root.transport_signer(),
            run,
            version: "simulated".into(),
            names: Self::names(index),
        };
        let now = self.clock.now(shared_ms);
        let engine = Engine::new(me, now, skein_rows::start_spaces(loaded));
        self.process = Some(Process {
            engine,
            held: SimHeld::new(&store),
            store,
            inbox: VecDeque::new(),
            draining: false,
            queue: VecDeque::new(),
            group: Vec::new(),
            committing: false,
            trouble: None,
            later: VecDeque::new(),
            tick_ms: None,
            windows: BTreeMap::new(),
            leaving: BTreeMap::new(),
        });
        Ok(())
    }
}
