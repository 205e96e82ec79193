//! A2: what a note says follows from the entries held, never from the order they came in. And no bytes of a peer,
//! however mangled, make an engine panic or hold something it should not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::cluster::{Cluster, Device};
use skein_space::{Entry, Kind, NoteId, Role, SpaceId};
use skein_sync::frame::{Frame, kind};
use skein_sync::{HeldSnapshot, Input, StreamId};

/// A small generator with a seed, so that every run is the same.
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// Three people write in one note, at times together, at times apart.
fn history(seed: u64) -> (Cluster, SpaceId, NoteId) {
    let mut r = Seeded(seed | 1);
    let (mut c, space) = Cluster::with_space(3, Role::Editor);
    c.connect_all();
    let (note, a) = c.create(0, space, "the beginning of a note");
    c.settle();
    let mut sessions = [a, c.open(1, space, note), c.open(2, space, note)];
    let mut apart = false;
    for step in 0..60 {
        if r.below(12) == 0 {
            apart = !apart;
            for (x, y) in [(0, 1), (0, 2), (1, 2)] {
                if apart {
                    c.disconnect(x, y)
                } else {
                    c.reconnect(x, y)
                }
            }
        }
        let i = r.below(3);
        let len = c.devices[i].sessions[&sessions[i]]
            .writer
            .as_ref()
            .unwrap()
            .text()
            .encode_utf16()
            .count();
        let at = r.below(len + 1);
        match r.below(5) {
            0 if at < len => c.edit(i, sessions[i], at, 1.max(r.below((len - at).min(6))), ""),
            1 => c.edit(i, sessions[i], at, 0, "\n"),
            2 if step % 7 == 0 => {
                c.input(
                    i,
                    Input::Close {
                        session: sessions[i],
                    },
                );
                sessions[i] = c.open(i, space, note);
            }
            _ => c.edit(i, sessions[i], at, 0, &format!("w{step} ")),
        }
        c.settle();
    }
    if apart {
        for (x, y) in [(0, 1), (0, 2), (1, 2)] {
            c.reconnect(x, y);
        }
    }
    c.run(20_000);
    (c, space, note)
}

fn entries(c: &Cluster) -> Vec<Arc<Entry>> {
    c.devices[0]
        .disk
        .arrival
        .iter()
        .map(|(e, ..)| Arc::clone(e))
        .filter(|e| e.header().kind != Kind::Member)
        .collect()
}

#[test]
fn a2_the_same_entries_in_any_order_say_the_same() {
    for seed in 1..=25u64 {
        let (mut c, space, note) = history(seed * 7919);
        let want = c.hash(0, space, note);
        assert_eq!(c.hashes(0), c.hashes(1), "seed {seed}");
        assert_eq!(c.hashes(0), c.hashes(2), "seed {seed}");
        assert_eq!(c.hash(1, space, note), want, "seed {seed}");
        assert_eq!(c.hash(2, space, note), want, "seed {seed}");
        let mut all = entries(&c);
        let mut r = Seeded(seed);
        for _ in 0..3 {
            for i in (1..all.len()).rev() {
                all.swap(i, r.below(i + 1));
            }
            let mut disk = crate::cluster::Disk {
                spaces: c.devices[1].disk.spaces.clone(),
                ..Default::default()
            };
            for (e, x, y) in c.devices[1]
                .disk
                .arrival
                .iter()
                .filter(|(e, ..)| e.header().kind == Kind::Member)
            {
                disk.entries
                    .insert((e.chain_id(), 0, e.header().seq), Arc::clone(e));
                disk.arrival.push((Arc::clone(e), *x, *y));
            }
            c.devices[1] = Device::new(2, c.now, disk);
            // More than the parking place holds may come early: what fell out comes again.
            for _ in 0..8 {
                for e in &all {
                    c.input(
                        1,
                        Input::Gossip {
                            space,
                            kind: kind::ENTRY,
                            body: e.encode(),
                        },
                    );
                }
            }
            assert_eq!(c.hash(1, space, note), want, "seed {seed}");
            c.kill_and_restart(1);
            assert_eq!(
                c.hash(1, space, note),
                want,
                "seed {seed}: and after a restart"
            );
        }
    }
}

/// A snapshot of everything a device holds of a note.
fn covering_all(c: &mut Cluster, i: usize, space: SpaceId, note: NoteId) -> HeldSnapshot {
    let device = &mut c.devices[i];
    let shown = device.engine.note(&device.disk, space, note);
    let state = shown.unwrap().unwrap().state();
    let mut covers = BTreeMap::new();
    for (e, ..) in &device.disk.arrival {
        let h = e.header();
        let session = match h.kind {
            Kind::Session => h.seq,
            _ => h.session,
        };
        let top = covers.entry((e.chain_id(), session)).or_insert(0);
        *top = h.seq.max(*top);
    }
    let covers = covers.into_iter().map(|((id, s), top)| (id, s, top));
    HeldSnapshot {
        state,
        covers: covers.collect(),
    }
}

#[test]
fn s6_what_a_snapshot_covers_is_built_upon_as_the_entries_say_in_whatever_order_they_came() {
    for seed in 1..=12u64 {
        covered_out_of_order(seed * 7919);
    }
}

fn covered_out_of_order(seed: u64) {
    let (mut c, space, note) = history(seed);
    let frontier = c.devices[0].engine.row(space, note).unwrap();
    let frontier: BTreeSet<_> = frontier.frontier.iter().copied().collect();
    let (roster, mut notes): (Vec<_>, Vec<_>) = c.devices[0]
        .disk
        .arrival
        .iter()
        .cloned()
        .partition(|(e, ..)| e.header().kind == Kind::Member);
    // One chain after the other: much comes before what it is built on.
    notes.sort_by_key(|(e, ..)| (e.chain_id(), e.header().seq));
    let mut disk = crate::cluster::Disk {
        spaces: c.devices[1].disk.spaces.clone(),
        ..Default::default()
    };
    for (e, clock, refused) in roster.into_iter().chain(notes) {
        let key = (e.chain_id(), 0, e.header().seq);
        disk.entries.insert(key, Arc::clone(&e));
        disk.arrival.push((e, clock, refused));
    }
    c.devices[1] = Device::new(2, c.now, disk);
    let snapshot = covering_all(&mut c, 1, space, note);
    let kept = &mut c.devices[1].disk.snapshots;
    kept.insert((space, note), snapshot);
    c.kill_and_restart(1);
    let window = c.open(1, space, note);
    c.edit(1, window, 0, 0, "!");
    let own = c.devices[1].disk.arrival.iter().rev();
    let session = own
        .map(|(e, ..)| e.header())
        .find(|h| h.kind == Kind::Session);
    let roster = c.devices[1].engine.roster(space).unwrap();
    let deps = session.unwrap().deps.iter().copied();
    let deps: BTreeSet<_> = deps.filter(|dep| !roster.holds(dep)).collect();
    assert_eq!(deps, frontier, "seed {seed}");
}

#[test]
fn t2_mangled_frames_never_panic_and_are_never_held() {
    let (mut c, space, _) = history(3);
    let mut r = Seeded(77);
    let samples: Vec<(u8, Vec<u8>)> = entries(&c)
        .iter()
        .take(40)
        .map(|e| Frame::Entry(Arc::clone(e)).encode())
        .collect();
    let held = c.devices[1].disk.arrival.len();
    let peer = c.devices[0].root.transport_key();
    for round in 0..20_000u64 {
        let (mut k, mut body) = samples[r.below(samples.len())].clone();
        for _ in 0..=r.below(4) {
            match r.below(4) {
                0 => body.truncate(r.below(body.len() + 1)),
                1 => k = r.below(12) as u8,
                2 => body.push(r.next() as u8),
                _ if !body.is_empty() => {
                    let at = r.below(body.len());
                    body[at] = r.next() as u8;
                }
                _ => {}
            }
        }
        if round % 2 == 0 {
            c.input(
                1,
                Input::Gossip {
                    space,
                    kind: k,
                    body,
                },
            );
        } else {
            let stream = StreamId(1_000_000 + round);
            c.input(
                1,
                Input::StreamUp {
                    stream,
                    peer,
                    space: None,
                },
            );
            c.input(
                1,
                Input::Frame {
                    stream,
                    kind: k,
                    body,
                },
            );
            c.input(1, Input::StreamDown { stream });
        }
    }
    assert_eq!(c.devices[1].disk.arrival.len(), held);
}
