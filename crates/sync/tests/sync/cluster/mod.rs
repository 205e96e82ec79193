//! Several engines in one thread over a fake wire and a fake disk, with a clock that only moves when told.

mod disk;
mod effects;
mod roster;
mod windows;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

pub use disk::Disk;
pub use roster::recovery_key;
use skein_note::Writer;
use skein_space::{DeviceKey, Entry, NoteId, Role, Root, SpaceId, TransportKey};
use skein_sync::{
    CommitToken, Engine, Event, Identity, Input, Names, NoteState, Now, SessionHandle, StoreOp,
    StreamId,
};

/// One device.
pub struct Device {
    pub root: Root,
    pub engine: Engine,
    pub disk: Disk,
    /// Commits asked for and not yet durable.
    pub commits: VecDeque<(CommitToken, Vec<StoreOp>)>,
    /// While set, commits stay on their way to disk.
    pub disk_stuck: bool,
    pub sessions: BTreeMap<SessionHandle, Session>,
    pub seen: Vec<Seen>,
    next_handle: u32,
}

/// One open replica in a test.
pub struct Session {
    pub writer: Option<Writer>,
    pub pushed: u64,
    pub acked: u64,
    pub delivered: u64,
    pub can_write: bool,
    pub ended: Option<skein_sync::EndReason>,
    pub resend: Option<u64>,
}

/// Things tests look for.
#[derive(Debug)]
pub enum Seen {
    Event(Event),
    Ready(SpaceId),
    Admitted(Result<Vec<Arc<Entry>>, skein_sync::AdmitError>),
    RoleChanged(Result<Vec<skein_sync::Cut>, skein_sync::RoleError>),
    TakenIn(Result<u64, skein_sync::TakeInError>),
    Recovered(Result<(), skein_sync::RecoverError>),
    Left(Result<(), skein_sync::LeaveError>),
    NeedSecret(SpaceId, skein_space::SecretLabel),
    NeedIncarnation,
    Closed,
}

/// All devices and the wire between them.
pub struct Cluster {
    pub now: Now,
    pub devices: Vec<Device>,
    /// (from, to) → in order.
    pub wire: VecDeque<Packet>,
    /// Streams: id on one side → (device, id) on the other.
    streams: BTreeMap<(usize, StreamId), (usize, StreamId)>,
    next_stream: u64,
    next_random: u8,
    pub gossip: bool,
    /// Pairs that cannot reach each other.
    pub cut: Vec<(usize, usize)>,
    pub sent: Vec<(usize, u8, usize)>,
    /// What was asked for: by whom, from which place, to which.
    pub asked: Vec<(usize, u64, u64)>,
    /// Of these two the first sends the second no entries, and all else.
    pub withholds: Option<(usize, usize)>,
}

pub enum Packet {
    Frame {
        to: usize,
        stream: StreamId,
        kind: u8,
        body: Vec<u8>,
    },
    Down {
        to: usize,
        stream: StreamId,
    },
    Gossip {
        to: usize,
        from: usize,
        space: SpaceId,
        kind: u8,
        body: Vec<u8>,
    },
}

impl Cluster {
    pub fn new(count: usize) -> Self {
        let now = Now {
            mono_ms: 1_000,
            wall_ms: 1_700_000_000_000,
        };
        let devices = (0..count)
            .map(|i| Device::new(i as u8 + 1, now, Disk::default()))
            .collect();
        Self {
            now,
            devices,
            wire: VecDeque::new(),
            streams: BTreeMap::new(),
            next_stream: 0,
            next_random: 100,
            gossip: false,
            cut: Vec::new(),
            sent: Vec::new(),
            asked: Vec::new(),
            withholds: None,
        }
    }

    fn random(&mut self) -> u8 {
        self.next_random = self.next_random.wrapping_add(1);
        self.next_random
    }

    /// Device 0 founds a space; all others are admitted and joined with this role.
    pub fn with_space(count: usize, role: Role) -> (Self, SpaceId) {
        let mut c = Self::new(count);
        let space = c.found(0);
        for i in 1..count {
            c.join(0, i, space, role);
        }
        (c, space)
    }

    /// Gives a device the secret it asked for, if it did.
    pub fn give_secret(&mut self, i: usize) {
        let seen = std::mem::take(&mut self.devices[i].seen);
        for one in &seen {
            if let Seen::NeedSecret(space, label) = one {
                let (space, label, secret) = (*space, *label, [self.random(); 32]);
                self.input(
                    i,
                    Input::NewSecret {
                        space,
                        label,
                        secret,
                    },
                );
            }
        }
        self.settle();
    }

    /// The secrets a device holds whose label fits its roster, the one in use first.
    pub fn current_secrets(&self, i: usize, space: SpaceId) -> Vec<[u8; 32]> {
        let label = self.devices[i].engine.roster(space).unwrap().secret_label();
        let held = self.devices[i].disk.secrets.get(&(space, label));
        held.cloned().unwrap_or_default()
    }

    /// Connects everybody with everybody who is not cut off.
    pub fn connect_all(&mut self) {
        for a in 0..self.devices.len() {
            for b in 0..self.devices.len() {
                if a != b && !self.is_cut(a, b) {
                    let peer = self.devices[b].root.transport_key();
                    self.input(a, Input::PeerUp { peer });
                }
            }
        }
        self.settle();
    }

    fn is_cut(&self, a: usize, b: usize) -> bool {
        self.cut.contains(&(a, b)) || self.cut.contains(&(b, a))
    }

    /// Cuts the wire between two devices; both notice.
    pub fn disconnect(&mut self, a: usize, b: usize) {
        self.cut.push((a, b));
        let gone: Vec<_> = self
            .streams
            .iter()
            .filter(|((d, _), (e, _))| (*d, *e) == (a, b) || (*d, *e) == (b, a))
            .map(|(k, _)| *k)
            .collect();
        for (d, stream) in gone {
            self.streams.remove(&(d, stream));
            let other = if d == a { b } else { a };
            let peer = self.devices[other].root.transport_key();
            self.input(d, Input::PeerDown { peer });
            self.input(d, Input::StreamDown { stream });
        }
    }

    /// Streams between devices, as (device, its id, the other device).
    pub fn streams(&self) -> Vec<(usize, StreamId, usize)> {
        let all = self.streams.iter();
        all.map(|((d, stream), (other, _))| (*d, *stream, *other))
            .collect()
    }

    /// One side's id of the stream between two devices.
    pub fn stream(&self, of: usize, to: usize) -> StreamId {
        let mut all = self.streams().into_iter();
        let found = all.find(|(d, _, other)| (*d, *other) == (of, to));
        found.expect("a stream is open").1
    }

    /// What a device says a peer lacks of a note.
    pub fn behind(&mut self, i: usize, peer: usize, space: SpaceId, note: NoteId) -> Option<u64> {
        let key = self.key(peer);
        let d = &mut self.devices[i];
        let status = d.engine.status(&d.disk, space, note).unwrap().unwrap();
        let known = status.peers.iter().find(|p| p.device == key);
        known.expect("a member").behind
    }

    pub fn state(&mut self, i: usize, space: SpaceId, note: NoteId) -> NoteState {
        let d = &mut self.devices[i];
        d.engine
            .status(&d.disk, space, note)
            .unwrap()
            .unwrap()
            .state
    }

    pub fn reconnect(&mut self, a: usize, b: usize) {
        self.cut.retain(|p| *p != (a, b) && *p != (b, a));
        let (ka, kb) = (
            self.devices[a].root.transport_key(),
            self.devices[b].root.transport_key(),
        );
        self.input(a, Input::PeerUp { peer: kb });
        self.input(b, Input::PeerUp { peer: ka });
        self.settle();
    }

    /// The process ends without a word and starts again on what its disk holds.
    pub fn kill_and_restart(&mut self, i: usize) {
        let others: Vec<usize> = (0..self.devices.len()).filter(|o| *o != i).collect();
        for o in &others {
            self.disconnect(i, *o);
        }
        let disk = self.devices[i].disk.clone();
        self.devices[i] = Device::new(i as u8 + 1, self.now, disk);
        self.cut.clear();
    }

    /// Delivers what is on the wire until nothing moves.
    pub fn settle(&mut self) {
        while self.step() {}
    }

    /// Delivers one packet, if there is one.
    pub fn step(&mut self) -> bool {
        let Some(packet) = self.wire.pop_front() else {
            return false;
        };
        match packet {
            Packet::Frame {
                to,
                stream,
                kind,
                body,
            } => {
                if self.streams.contains_key(&(to, stream)) {
                    self.input(to, Input::Frame { stream, kind, body });
                }
            }
            Packet::Down { to, stream } => {
                if self.streams.remove(&(to, stream)).is_some() {
                    self.input(to, Input::StreamDown { stream });
                }
            }
            Packet::Gossip {
                to,
                from,
                space,
                kind,
                body,
            } => {
                if !self.is_cut(from, to) {
                    self.input(to, Input::Gossip { space, kind, body });
                }
            }
        }
        true
    }

    /// Moves the clock, waking every engine when it asked to be.
    pub fn run(&mut self, ms: u64) {
        let end = self.now.mono_ms + ms;
        loop {
            self.settle();
            let next = self
                .devices
                .iter()
                .filter_map(|d| d.engine.next_deadline_ms())
                .min()
                .unwrap_or(end)
                .clamp(self.now.mono_ms, end);
            let step = (next - self.now.mono_ms).max(1);
            self.now = Now {
                mono_ms: self.now.mono_ms + step,
                wall_ms: self.now.wall_ms + step as i64,
            };
            for i in 0..self.devices.len() {
                self.input(i, Input::Tick);
            }
            self.settle();
            if self.now.mono_ms >= end {
                return;
            }
        }
    }

    pub fn events(&self, i: usize) -> impl Iterator<Item = &Event> {
        self.devices[i].seen.iter().filter_map(|s| match s {
            Seen::Event(e) => Some(e),
            _ => None,
        })
    }

    pub fn transport(&self, i: usize) -> TransportKey {
        self.devices[i].root.transport_key()
    }

    pub fn key(&self, i: usize) -> DeviceKey {
        self.devices[i].root.device_key()
    }

    /// Entry hashes a device durably holds.
    pub fn hashes(&self, i: usize) -> Vec<skein_space::EntryHash> {
        let mut all: Vec<_> = self.devices[i]
            .disk
            .entries
            .values()
            .map(|e| e.hash())
            .collect();
        all.sort();
        all
    }
}

impl Device {
    pub fn new(seed: u8, now: Now, disk: Disk) -> Self {
        let root = Root::new([seed; 32]);
        let mut run = [seed; 16];
        run[8..].copy_from_slice(&now.mono_ms.to_le_bytes());
        let me = Identity {
            signer: root.signer(),
            transport: root.transport_signer(),
            run,
            version: "test".into(),
            names: names(usize::from(seed) - 1),
        };
        let engine = Engine::new(me, now, disk.start());
        Self {
            root,
            engine,
            disk,
            commits: VecDeque::new(),
            disk_stuck: false,
            sessions: BTreeMap::new(),
            seen: Vec::new(),
            next_handle: 1,
        }
    }
}

pub fn names(i: usize) -> Names {
    let person = ["Ana", "Ben", "Cleo", "Dan", "Eva"][i % 5].to_owned();
    Names {
        device_name: format!("{person}'s laptop"),
        person,
    }
}
