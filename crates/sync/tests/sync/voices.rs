//! A7: where one client id says two things, both count, on every device and in every order, and so does what honest
//! people built on either.

use std::sync::Arc;

use crate::cluster::{Cluster, Device};
use skein_note::{Note, Writer, gate};
use skein_space::{
    Chain, Draft, Entry, EntryHash, EntryRef, Incarnation, Kind, Log, Nonce, NoteId, Role,
    SessionPayload, SpaceId, client_id,
};
use skein_sync::frame::kind;
use skein_sync::{EndReason, Input, NoteState, SessionHandle, config};

/// The device whose session goes on in several worlds.
const TWIN: usize = 3;

/// A small generator with a seed, so that every run is the same.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

/// How the id comes to say two things.
#[derive(Clone, Copy, Debug)]
enum How {
    /// One session on a chain that forks: a machine image that was resumed twice.
    Resumed,
    /// Sessions on chains of their own, with one nonce.
    OneNonce,
}

/// The twin's session as it goes on in one world.
#[derive(Clone)]
struct Twin {
    chain: Chain,
    seq: u64,
    prev: EntryHash,
    session: u64,
    clock: u64,
    client: u64,
}

struct Worlds {
    c: Cluster,
    space: SpaceId,
    note: NoteId,
    sessions: [SessionHandle; 3],
    r: Seeded,
    words: Vec<String>,
    twins: Vec<Arc<Entry>>,
}

impl Worlds {
    fn new(seed: u64) -> Self {
        let (mut c, space) = Cluster::with_space(4, Role::Editor);
        c.connect_all();
        let (note, a) = c.create(0, space, "begin ");
        c.run(6_000);
        let sessions = [a, c.open(1, space, note), c.open(2, space, note)];
        c.settle();
        for i in 0..4 {
            for j in 0..i {
                c.disconnect(i, j);
            }
        }
        Self {
            c,
            space,
            note,
            sessions,
            r: Seeded(seed | 1),
            words: vec!["begin".into()],
            twins: Vec::new(),
        }
    }

    fn word(&mut self) -> String {
        let word = format!("w{:03}", self.words.len());
        self.words.push(word.clone());
        word
    }

    /// An honest person writes a word, somewhere in the text or at its end.
    fn honest(&mut self, i: usize) {
        let word = self.word();
        let len = self.c.text(i, self.space, self.note).encode_utf16().count();
        let at = if self.r.below(2) == 0 {
            len
        } else {
            self.gap(i)
        };
        let open = self.c.devices[i].sessions[&self.sessions[i]]
            .ended
            .is_none();
        if !open {
            self.sessions[i] = self.c.open(i, self.space, self.note);
        }
        self.c.edit(i, self.sessions[i], at, 0, &format!("{word} "));
        self.c.settle();
    }

    /// A place between two words.
    fn gap(&mut self, i: usize) -> usize {
        let text = self.c.text(i, self.space, self.note);
        let gaps: Vec<usize> = text
            .char_indices()
            .filter(|(_, c)| *c == ' ')
            .map(|(at, _)| at + 1)
            .collect();
        gaps[self.r.below(gaps.len())]
    }

    fn deps(&mut self, i: usize) -> Vec<EntryRef> {
        let engine = &self.c.devices[i].engine;
        let mut deps = engine.roster(self.space).unwrap().frontier();
        let row = engine.row(self.space, self.note);
        deps.extend(row.iter().flat_map(|row| &row.frontier));
        deps
    }

    fn seal(
        &mut self,
        twin: &mut Twin,
        kind: Kind,
        deps: Vec<EntryRef>,
        payload: Vec<u8>,
    ) -> Arc<Entry> {
        let draft = Draft {
            chain: twin.chain,
            seq: twin.seq + 1,
            prev: twin.prev,
            kind,
            note: self.note,
            session: if kind == Kind::Session {
                0
            } else {
                twin.session
            },
            deps,
            wall_ms: 1,
        };
        let entry =
            Arc::new(Entry::seal(&self.c.devices[TWIN].root.signer(), draft, payload).unwrap());
        (twin.seq, twin.prev) = (twin.seq + 1, entry.hash());
        self.twins.push(Arc::clone(&entry));
        entry
    }

    fn begins(&mut self, incarnation: u8, seen_by: usize) -> (Twin, Arc<Entry>) {
        let device = self.c.key(TWIN);
        let nonce = Nonce([9; 16]);
        let mut twin = Twin {
            chain: Chain {
                space: self.space,
                device,
                incarnation: Incarnation([incarnation; 16]),
                log: Log::Notes,
            },
            seq: 0,
            prev: EntryHash([0; 32]),
            session: 1,
            clock: 0,
            client: client_id(&device, &self.note, &nonce).unwrap(),
        };
        let deps = self.deps(seen_by);
        let entry = self.seal(
            &mut twin,
            Kind::Session,
            deps,
            SessionPayload { nonce }.encode(),
        );
        (twin, entry)
    }

    /// The twin writes a word into the note as device `i` shows it.
    fn writes(&mut self, twin: &mut Twin, i: usize) -> Arc<Entry> {
        let word = self.word();
        let device = &mut self.c.devices[i];
        let state = device
            .engine
            .note(&device.disk, self.space, self.note)
            .unwrap()
            .unwrap()
            .state();
        let mut writer = Writer::new(twin.client, &state).unwrap();
        let at = self.gap(i);
        let raw = writer
            .edit(at as _, 0, &format!("{word} "), &mut || {
                unreachable!("no new block")
            })
            .unwrap();
        let payload = gate::canonical(&raw, twin.client, twin.clock).unwrap();
        twin.clock = gate::check(&payload, twin.client, twin.clock)
            .unwrap()
            .end_clock;
        let deps = self.deps(i);
        self.seal(twin, Kind::Edit, deps, payload)
    }

    fn hears(&mut self, i: usize, entry: &Entry) {
        let gossip = Input::Gossip {
            space: self.space,
            kind: kind::ENTRY,
            body: entry.encode(),
        };
        self.c.input(i, gossip);
        self.c.settle();
    }

    /// Some writing of both in one world.
    fn write(&mut self, twin: &mut Twin, world: &[usize]) {
        for _ in 0..1 + self.r.below(4) {
            let of = world[self.r.below(world.len())];
            let entry = self.writes(twin, of);
            for i in world {
                self.hears(*i, &entry);
            }
            let who = world[self.r.below(world.len())];
            if self.r.below(3) > 0 {
                self.honest(who);
            }
        }
    }

    fn all_meet(&mut self) {
        for i in 0..4 {
            for j in 0..i {
                self.c.reconnect(i, j);
            }
        }
        self.c.run(30_000);
    }

    fn check(&mut self, seed: u64) {
        let text = self.c.text(0, self.space, self.note);
        let missing: Vec<&String> = self.words.iter().filter(|w| !text.contains(*w)).collect();
        assert!(
            missing.is_empty(),
            "seed {seed}: {missing:?} not in {text:?}"
        );
        let hash = self.c.hash(0, self.space, self.note);
        for i in 1..4 {
            assert_eq!(self.c.text(i, self.space, self.note), text, "seed {seed}");
            assert_eq!(self.c.hash(i, self.space, self.note), hash, "seed {seed}");
        }
        for i in 0..3 {
            self.c.kill_and_restart(i);
            assert_eq!(
                self.c.hash(i, self.space, self.note),
                hash,
                "seed {seed}: after a restart"
            );
        }
        self.any_order(seed, hash);
    }

    /// A device that gets the same entries in another order shows the same.
    fn any_order(&mut self, seed: u64, hash: [u8; 32]) {
        let arrival = &self.c.devices[0].disk.arrival;
        let (roster, mut all): (Vec<_>, Vec<_>) = arrival
            .iter()
            .cloned()
            .partition(|(e, ..)| e.header().kind == Kind::Member);
        for _ in 0..3 {
            for i in (1..all.len()).rev() {
                all.swap(i, self.r.below(i + 1));
            }
            let mut disk = crate::cluster::Disk {
                spaces: self.c.devices[1].disk.spaces.clone(),
                ..Default::default()
            };
            for (e, x, y) in &roster {
                disk.entries
                    .insert((e.chain_id(), 0, e.header().seq), Arc::clone(e));
                disk.arrival.push((Arc::clone(e), *x, *y));
            }
            self.c.devices[1] = Device::new(2, self.c.now, disk);
            let window = self.c.open(1, self.space, self.note);
            for _ in 0..8 {
                for (e, ..) in &all {
                    let gossip = Input::Gossip {
                        space: self.space,
                        kind: kind::ENTRY,
                        body: e.encode(),
                    };
                    self.c.input(1, gossip);
                }
            }
            self.c.settle();
            assert_eq!(
                self.c.hash(1, self.space, self.note),
                hash,
                "seed {seed}: in another order"
            );
            let session = &self.c.devices[1].sessions[&window];
            if let Some(writer) = session.writer.as_ref().filter(|_| session.ended.is_none()) {
                let shown = writer.text();
                assert_eq!(
                    shown,
                    self.c.text(1, self.space, self.note),
                    "seed {seed}: its window"
                );
            }
            self.c.kill_and_restart(1);
            assert_eq!(
                self.c.hash(1, self.space, self.note),
                hash,
                "seed {seed}: and after a restart"
            );
        }
    }
}

/// Two or three worlds that do not hear of each other, one of them perhaps dividing again.
fn apart(how: How, seed: u64) -> Worlds {
    let mut w = Worlds::new(seed);
    match how {
        How::OneNonce => {
            for i in 0..3 {
                let (mut twin, began) = w.begins(1 + i as u8, i);
                w.hears(i, &began);
                w.write(&mut twin, &[i]);
            }
        }
        How::Resumed => {
            let (mut twin, began) = w.begins(1, 0);
            for i in 0..3 {
                w.hears(i, &began);
            }
            // Only what none of them wrote alone may be built on before they part.
            if w.r.below(2) == 0 {
                let entry = w.writes(&mut twin, 0);
                for i in 0..3 {
                    w.hears(i, &entry);
                }
            }
            let mut other = twin.clone();
            w.write(&mut twin, &[0]);
            w.c.reconnect(1, 2);
            w.c.run(3_000);
            w.write(&mut other, &[1, 2]);
            w.c.run(3_000);
            w.c.disconnect(1, 2);
            let mut third = other.clone();
            w.write(&mut other, &[1]);
            w.write(&mut third, &[2]);
        }
    }
    w
}

#[test]
fn a7_every_word_of_two_sessions_with_one_id_is_shown_and_what_was_built_on_them() {
    for seed in 1..=40u64 {
        let mut w = apart(How::OneNonce, seed * 7_919);
        w.all_meet();
        w.check(seed);
    }
}

#[test]
fn a7_every_word_of_a_session_that_goes_on_in_three_branches_is_shown_and_what_was_built_on_them() {
    for seed in 1..=40u64 {
        let mut w = apart(How::Resumed, seed * 104_729);
        w.all_meet();
        w.check(seed);
    }
}

#[test]
fn a7_people_write_on_after_the_worlds_met_under_whatever_names() {
    for seed in 1..=20u64 {
        for how in [How::OneNonce, How::Resumed] {
            let mut w = apart(how, seed * 1_299_709);
            // Two of them meet and write on; the third hears of it later.
            w.c.reconnect(0, 1);
            w.c.run(20_000);
            for i in [0, 1, 2, 1, 0] {
                w.honest(i);
            }
            w.all_meet();
            for i in [0, 1, 2] {
                w.honest(i);
            }
            w.c.run(20_000);
            w.check(seed);
        }
    }
}

#[test]
fn a7_two_sessions_with_one_id_are_the_only_ones_of_a_note() {
    let mut w = Worlds::new(11);
    w.note = NoteId([77; 16]);
    for i in [0, 1] {
        let (mut twin, began) = w.begins(1 + i as u8, i);
        w.hears(i, &began);
        let mut writer = Writer::new(twin.client, &Note::new().state()).unwrap();
        let word = w.word();
        let block = writer.create(&format!("block-{i:08}")).unwrap();
        let text = writer.edit(0, 0, &word, &mut || unreachable!("no new block"));
        for raw in [block, text.unwrap()] {
            let payload = gate::canonical(&raw, twin.client, twin.clock).unwrap();
            let facts = gate::check(&payload, twin.client, twin.clock).unwrap();
            twin.clock = facts.end_clock;
            let deps = w.deps(i);
            let entry = w.seal(&mut twin, Kind::Edit, deps, payload);
            w.hears(i, &entry);
        }
    }
    w.words.remove(0);
    // Both hear of the other while they have the note in memory.
    w.all_meet();
    w.check(11);
}

#[test]
fn a7_a_window_opened_after_names_changed_is_not_given_an_edit_under_the_old_ones() {
    let mut kept = 0;
    for seed in 1..=8u64 {
        let mut w = Worlds::new(seed * 6_151);
        let (mut twin, began) = w.begins(seed as u8, 0);
        w.hears(0, &began);
        w.hears(1, &began);
        let mut other = twin.clone();
        let here = w.writes(&mut twin, 0);
        w.hears(0, &here);
        let there = w.writes(&mut other, 1);
        let (erased, stays) = (w.words[1].clone(), w.words[2].clone());
        // While the edit is on its way to disk, the note hears that its id says two things.
        let at = w.c.text(0, w.space, w.note).find(&erased).unwrap();
        w.c.devices[0].disk_stuck = true;
        w.c.edit(0, w.sessions[0], at, erased.len(), "");
        w.hears(0, &there);
        let window = w.c.open(0, w.space, w.note);
        w.c.devices[0].disk_stuck = false;
        w.c.input(0, Input::Tick);
        let shown = w.c.text(0, w.space, w.note);
        assert!(shown.contains(&stays) && !shown.contains(&erased));
        let writer = w.c.devices[0].sessions[&window].writer.as_ref().unwrap();
        assert_eq!(writer.text(), shown, "seed {seed}");
        let session = &w.c.devices[0].sessions[&w.sessions[0]];
        assert_eq!(session.acked, session.pushed);
        kept += usize::from(there.hash() > here.hash());
    }
    assert!((1..8).contains(&kept), "either of both keeps the id");
}

#[test]
fn a_note_that_could_not_be_read_when_names_changed_is_read_a_moment_later() {
    let mut w = Worlds::new(6_151);
    let (mut twin, began) = w.begins(1, 0);
    w.hears(0, &began);
    let here = w.writes(&mut twin, 0);
    w.hears(0, &here);
    let (mut other, began) = w.begins(2, 1);
    w.hears(1, &began);
    let there = w.writes(&mut other, 1);
    let window = w.c.open(0, w.space, w.note);
    w.c.devices[0].disk.unreadable = true;
    w.hears(0, &began);
    w.c.run(3 * config::REREAD_MS);
    assert_eq!(w.c.state(0, w.space, w.note), NoteState::Broken);
    let ended = |w: &Worlds| w.c.devices[0].sessions[&window].ended.clone();
    assert_eq!(ended(&w), None, "it stays on the screen");
    w.c.devices[0].disk.unreadable = false;
    w.c.run(2 * config::REREAD_MS);
    assert_eq!(w.c.state(0, w.space, w.note), NoteState::Ok);
    assert_eq!(ended(&w), Some(EndReason::ReadAgain));
    w.hears(0, &there);
    let text = w.c.text(0, w.space, w.note);
    assert!(w.words.iter().all(|word| text.contains(word)), "{text:?}");
}
