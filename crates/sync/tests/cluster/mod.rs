// tidy: long because the fake wire, disk and clock of one cluster belong together.
//! Several engines in one thread over a fake wire and a fake disk, with a clock that only moves when told.

#![allow(dead_code)]

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use skein_note::{Note, Writer};
use skein_space::{
    ChainId, DeviceKey, Entry, Incarnation, Kind, Member, Nonce, NoteId, Role, Root, SpaceId,
    Statement, TransportKey,
};
use skein_sync::{
    CommitToken, Effect, Engine, Event, GraphRow, Held, HeldError, HeldSnapshot, Identity, Input,
    Names, Now, RequestId, SessionHandle, StartChain, StartSpace, StoreOp, StreamId,
};

/// A disk that holds what was committed, nothing else.
#[derive(Default, Clone)]
pub struct Disk {
    pub entries: BTreeMap<(ChainId, u8, u64), Arc<Entry>>,
    /// Branches: chain → the branch each leaves, and its first place.
    pub branches: BTreeMap<ChainId, Vec<(u8, u64)>>,
    pub arrival: Vec<(Arc<Entry>, u64, bool)>,
    pub spaces: BTreeMap<SpaceId, Incarnation>,
    pub snapshots: BTreeMap<(SpaceId, NoteId), HeldSnapshot>,
    pub drafts: Vec<(NoteId, String)>,
    pub rows: BTreeMap<(SpaceId, NoteId), skein_sync::NoteRow>,
}

impl Held for Disk {
    fn entry(
        &self,
        chain: ChainId,
        mut branch: u8,
        seq: u64,
    ) -> Result<Option<Arc<Entry>>, HeldError> {
        while branch > 0 {
            let (parent, first) = self.branches[&chain][usize::from(branch) - 1];
            if seq >= first {
                break;
            }
            branch = parent;
        }
        Ok(self.entries.get(&(chain, branch, seq)).cloned())
    }

    fn graph(&self, space: SpaceId, note: NoteId) -> Result<Vec<GraphRow>, HeldError> {
        Ok(self
            .arrival
            .iter()
            .filter(|(e, ..)| {
                e.header().chain.space == space
                    && e.header().note == note
                    && e.header().kind != Kind::Member
            })
            .map(|(e, end_clock, refused)| GraphRow {
                chain: e.chain_id(),
                seq: e.header().seq,
                hash: e.hash(),
                kind: e.header().kind,
                session: e.header().session,
                end_clock: *end_clock,
                refused: *refused,
                deps: e.header().deps.clone(),
            })
            .collect())
    }

    fn snapshot(&self, space: SpaceId, note: NoteId) -> Result<Option<HeldSnapshot>, HeldError> {
        Ok(self.snapshots.get(&(space, note)).cloned())
    }
}

impl Disk {
    fn take(&mut self, op: StoreOp) {
        match op {
            StoreOp::Append {
                entry,
                end_clock,
                refused,
                forks,
            } => {
                let branch = self.branch_for(&entry, forks);
                let key = (entry.chain_id(), branch, entry.header().seq);
                assert!(
                    self.entries.insert(key, Arc::clone(&entry)).is_none(),
                    "an entry is held once"
                );
                self.arrival.push((entry, end_clock, refused.is_some()));
            }
            StoreOp::Space { space, incarnation } => {
                self.spaces.insert(space, incarnation);
            }
            StoreOp::Draft { note, text, .. } => self.drafts.push((note, text)),
            StoreOp::NoteRow { space, note, row } => {
                self.rows.insert((space, note), row);
            }
            StoreOp::Secret { .. } | StoreOp::TicketBound { .. } => {}
        }
    }

    /// The branch an entry follows, or begins.
    fn branch_for(&mut self, entry: &Entry, forks: bool) -> u8 {
        let (chain, h) = (entry.chain_id(), entry.header());
        let count = self.branches.get(&chain).map_or(0, Vec::len) as u8;
        let before = |branch: u8| {
            let before = self.entry(chain, branch, h.seq - 1).unwrap();
            h.seq == 1 || before.is_some_and(|e| e.hash() == h.prev)
        };
        let follows: Vec<u8> = (0..=count).filter(|b| before(*b)).collect();
        assert!(!follows.is_empty(), "every chain is held in order");
        if !forks {
            let open = |b: &&u8| !self.entries.contains_key(&(chain, **b, h.seq));
            return *follows
                .iter()
                .find(open)
                .expect("a branch goes on at its tip");
        }
        self.branches
            .entry(chain)
            .or_default()
            .push((follows[0], h.seq));
        count + 1
    }

    /// What a process finds at its start.
    pub fn start(&self) -> Vec<StartSpace> {
        self.spaces
            .iter()
            .map(|(space, incarnation)| {
                let of = |e: &&Arc<Entry>| e.header().chain.space == *space;
                let mut chains = BTreeMap::new();
                for ((chain, branch, _), e) in self.entries.iter().filter(|(_, e)| of(e)) {
                    let fork = branch.checked_sub(1);
                    let (parent, first_own) =
                        fork.map_or((0, 1), |fork| self.branches[chain][usize::from(fork)]);
                    chains.insert(
                        (*chain, *branch),
                        StartChain {
                            chain: e.header().chain,
                            branch: *branch,
                            parent,
                            first_own,
                            seq: e.header().seq,
                            hash: e.hash(),
                        },
                    );
                }
                StartSpace {
                    space: *space,
                    incarnation: *incarnation,
                    roster: self
                        .arrival
                        .iter()
                        .map(|(e, ..)| e)
                        .filter(of)
                        .filter(|e| e.header().kind == Kind::Member)
                        .cloned()
                        .collect(),
                    chains: chains.into_values().collect(),
                    notes: self
                        .rows
                        .iter()
                        .filter(|((s, _), _)| s == space)
                        .map(|((_, n), r)| (*n, r.clone()))
                        .collect(),
                }
            })
            .collect()
    }
}

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
    pub note: NoteId,
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
    NeedIncarnation(SpaceId),
    Closed(&'static str),
}

/// All devices and the wire between them.
pub struct Cluster {
    pub now: Now,
    pub devices: Vec<Device>,
    /// (from, to) → in order.
    wire: VecDeque<Packet>,
    /// Streams: id on one side → (device, id) on the other.
    streams: BTreeMap<(usize, StreamId), (usize, StreamId)>,
    next_stream: u64,
    next_random: u8,
    pub gossip: bool,
    /// Pairs that cannot reach each other.
    pub cut: Vec<(usize, usize)>,
    pub sent: Vec<(usize, u8, usize)>,
}

enum Packet {
    Frame {
        to: usize,
        stream: StreamId,
        kind: u8,
        body: Vec<u8>,
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

    pub fn found(&mut self, i: usize) -> SpaceId {
        let n = self.random();
        self.input(
            i,
            Input::Found {
                request: RequestId(1),
                nonce: Nonce([n; 16]),
                incarnation: Incarnation([n; 16]),
                secret: [n; 32],
                names: names(i),
            },
        );
        self.devices[i]
            .seen
            .iter()
            .rev()
            .find_map(|s| match s {
                Seen::Ready(id) => Some(*id),
                _ => None,
            })
            .expect("founded")
    }

    pub fn member(&self, i: usize, space: SpaceId, role: Role) -> Member {
        let root = &self.devices[i].root;
        let n = names(i);
        let statement = Statement::sign(
            &root.transport_signer(),
            &space,
            &root.device_key(),
            &n.person,
            &n.device_name,
        )
        .unwrap();
        Member::SetRole {
            subject: root.device_key(),
            role,
            statement,
        }
    }

    pub fn join(&mut self, owner: usize, i: usize, space: SpaceId, role: Role) {
        let member = self.member(i, space, role);
        self.input(
            owner,
            Input::Admit {
                request: RequestId(2),
                space,
                member,
                ticket: None,
            },
        );
        let roster = self.devices[owner].seen.iter().rev().find_map(|s| match s {
            Seen::Admitted(Ok(entries)) => Some(entries.clone()),
            _ => None,
        });
        let n = self.random();
        let label = self.devices[owner]
            .engine
            .roster(space)
            .unwrap()
            .secret_label();
        self.input(
            i,
            Input::Joined {
                request: RequestId(3),
                space,
                incarnation: Incarnation([n; 16]),
                secret: (label, [7; 32]),
                roster: roster.expect("admitted"),
            },
        );
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

    pub fn input(&mut self, i: usize, input: Input) {
        let now = self.now;
        let device = &mut self.devices[i];
        let effects = device.engine.handle(now, &device.disk, input);
        for effect in effects {
            self.effect(i, effect);
        }
        while !self.devices[i].disk_stuck {
            let Some((token, ops)) = self.devices[i].commits.pop_front() else {
                break;
            };
            let device = &mut self.devices[i];
            ops.into_iter().for_each(|op| device.disk.take(op));
            self.input(i, Input::Committed { token });
        }
    }

    fn effect(&mut self, i: usize, effect: Effect) {
        let device = &mut self.devices[i];
        match effect {
            Effect::Commit { token, ops } => device.commits.push_back((token, ops)),
            Effect::OpenStream { peer, space } => self.open_stream(i, peer, space),
            Effect::CloseStream { stream, reason } => {
                device.seen.push(Seen::Closed(reason));
                if let Some((other, theirs)) = self.streams.remove(&(i, stream)) {
                    self.streams.remove(&(other, theirs));
                    self.input(other, Input::StreamDown { stream: theirs });
                }
            }
            Effect::Send { stream, kind, body } => self.send(i, stream, kind, body),
            Effect::SendRanges { stream, ranges } => {
                for range in ranges {
                    for seq in range.from..=range.to {
                        let disk = &self.devices[i].disk;
                        let entry = disk.entry(range.chain, range.branch, seq).unwrap();
                        let entry = entry.expect("only durable entries are sent");
                        self.send(i, stream, 4, entry.encode());
                    }
                }
                self.input(i, Input::RangesSent { stream });
            }
            Effect::Gossip { space, kind, body } => {
                if self.gossip {
                    for to in 0..self.devices.len() {
                        if to != i {
                            self.wire.push_back(Packet::Gossip {
                                to,
                                from: i,
                                space,
                                kind,
                                body: body.clone(),
                            });
                        }
                    }
                }
            }
            Effect::Opened {
                session,
                client,
                state,
                can_write,
                ..
            } => {
                let s = device.sessions.get_mut(&session).expect("asked for");
                s.writer = Some(Writer::new(client, &state).expect("our own state"));
                s.can_write = can_write;
            }
            Effect::OpenFailed { reason, .. } => panic!("open failed: {reason}"),
            Effect::Deliver {
                session,
                number,
                updates,
            } => {
                if let Some(s) = device.sessions.get_mut(&session) {
                    assert_eq!(
                        number,
                        s.delivered + 1,
                        "deliveries are numbered without gaps"
                    );
                    s.delivered = number;
                    for u in updates {
                        s.writer.as_mut().unwrap().apply(&u).expect("deliverable");
                    }
                }
            }
            Effect::Ack {
                session, sequence, ..
            } => {
                if let Some(s) = device.sessions.get_mut(&session) {
                    s.acked = s.acked.max(sequence);
                }
            }
            Effect::ResendFrom { session, sequence } => {
                device.sessions.get_mut(&session).unwrap().resend = Some(sequence);
            }
            Effect::Ended { session, reason } => {
                device.sessions.get_mut(&session).unwrap().ended = Some(reason);
            }
            Effect::Snapshot {
                space,
                note,
                state,
                covers,
                hash,
                ..
            } => {
                assert_eq!(
                    Note::from_state(&state).unwrap().hash(),
                    hash,
                    "a snapshot decodes to the same note"
                );
                device
                    .disk
                    .snapshots
                    .insert((space, note), HeldSnapshot { state, covers });
            }
            Effect::SpaceReady { space, .. } => device.seen.push(Seen::Ready(space)),
            Effect::SpaceFailed { .. } => panic!("names are short here"),
            Effect::Admitted { result, .. } => device.seen.push(Seen::Admitted(result)),
            Effect::NeedIncarnation { space } => device.seen.push(Seen::NeedIncarnation(space)),
            Effect::Event(event) => device.seen.push(Seen::Event(event)),
        }
    }

    fn open_stream(&mut self, i: usize, peer: TransportKey, space: SpaceId) {
        let Some(other) = self
            .devices
            .iter()
            .position(|d| d.root.transport_key() == peer)
        else {
            return;
        };
        if self.is_cut(i, other) {
            return;
        }
        let (mine, theirs) = (StreamId(self.next_stream), StreamId(self.next_stream + 1));
        self.next_stream += 2;
        self.streams.insert((i, mine), (other, theirs));
        self.streams.insert((other, theirs), (i, mine));
        let from = self.devices[i].root.transport_key();
        self.input(
            other,
            Input::StreamUp {
                stream: theirs,
                peer: from,
                space: None,
            },
        );
        self.input(
            i,
            Input::StreamUp {
                stream: mine,
                peer,
                space: Some(space),
            },
        );
    }

    fn send(&mut self, i: usize, stream: StreamId, kind: u8, body: Vec<u8>) {
        self.sent.push((i, kind, body.len()));
        if let Some((to, theirs)) = self.streams.get(&(i, stream)).copied() {
            self.wire.push_back(Packet::Frame {
                to,
                stream: theirs,
                kind,
                body,
            });
        }
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

    pub fn open(&mut self, i: usize, space: SpaceId, note: NoteId) -> SessionHandle {
        let handle = SessionHandle(self.devices[i].next_handle);
        self.devices[i].next_handle += 1;
        let session = Session {
            note,
            writer: None,
            pushed: 0,
            acked: 0,
            delivered: 0,
            can_write: false,
            ended: None,
            resend: None,
        };
        self.devices[i].sessions.insert(handle, session);
        let (a, b) = (self.random(), self.random());
        let mut nonce = [a; 16];
        nonce[0] = b;
        nonce[1] = i as u8;
        self.input(
            i,
            Input::Open {
                session: handle,
                space,
                note,
                nonce: Nonce(nonce),
                replaces: None,
            },
        );
        handle
    }

    /// Creates a note with one empty block and types into it.
    pub fn create(&mut self, i: usize, space: SpaceId, text: &str) -> (NoteId, SessionHandle) {
        let n = self.random();
        let note = NoteId([n; 16]);
        let s = self.open(i, space, note);
        let id = format!("block-{n:08}");
        let update = self.devices[i]
            .sessions
            .get_mut(&s)
            .unwrap()
            .writer
            .as_mut()
            .unwrap()
            .create(&id)
            .expect("creatable");
        self.push(i, s, update);
        if !text.is_empty() {
            self.edit(i, s, 0, 0, text);
        }
        (note, s)
    }

    pub fn edit(&mut self, i: usize, s: SessionHandle, at: usize, delete: usize, insert: &str) {
        let counter = RefCell::new(self.next_random);
        self.next_random = self.next_random.wrapping_add(3);
        let session = self.devices[i].sessions.get_mut(&s).unwrap();
        let pushed = session.pushed;
        let mut ids = || {
            let n = counter.replace_with(|n| n.wrapping_add(1));
            format!("split-{i}-{:08}", u64::from(n) + pushed * 1000)
        };
        let update = session
            .writer
            .as_mut()
            .unwrap()
            .edit(at as _, delete as _, insert, &mut ids)
            .expect("in range");
        self.push(i, s, update);
    }

    pub fn push(&mut self, i: usize, s: SessionHandle, update: Vec<u8>) {
        let session = self.devices[i].sessions.get_mut(&s).unwrap();
        session.pushed += 1;
        let (sequence, last_delivery) = (session.pushed, session.delivered);
        self.input(
            i,
            Input::Push {
                session: s,
                sequence,
                last_delivery,
                update,
            },
        );
    }

    pub fn text(&mut self, i: usize, space: SpaceId, note: NoteId) -> String {
        let device = &mut self.devices[i];
        device
            .engine
            .note(&device.disk, space, note)
            .unwrap()
            .map(|n| n.text())
            .unwrap_or_default()
    }

    pub fn hash(&mut self, i: usize, space: SpaceId, note: NoteId) -> [u8; 32] {
        let device = &mut self.devices[i];
        device
            .engine
            .note(&device.disk, space, note)
            .unwrap()
            .unwrap()
            .hash()
    }

    pub fn events(&self, i: usize) -> impl Iterator<Item = &Event> {
        self.devices[i].seen.iter().filter_map(|s| match s {
            Seen::Event(e) => Some(e),
            _ => None,
        })
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
        let me = Identity {
            signer: root.signer(),
            transport: root.transport_signer(),
            run: [seed; 16],
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
