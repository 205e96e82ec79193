//! A profile copied beside its original, and one put back: both write on, and no word of either is lost
//! (protocol.md, incarnations and forks).

use std::sync::Arc;

use crate::cluster::{Cluster, Device, Disk, Packet, Seen};
use skein_note::{Writer, gate};
use skein_space::{
    Draft, Entry, Incarnation, Kind, Log, NoteId, Role, SessionPayload, SpaceId, client_id,
};
use skein_sync::frame::kind;
use skein_sync::{Event, Input, Notice};

/// The first device's profile was copied after "one"; then the original wrote and everybody has it.
struct Copied {
    c: Cluster,
    space: SpaceId,
    note: NoteId,
    copy: Disk,
    /// The copy's device, before it writes.
    seed: u8,
}

fn copied(members: usize) -> Copied {
    let (mut c, space) = Cluster::with_space(members, Role::Editor);
    c.connect_all();
    let (note, a) = c.create(0, space, "one");
    c.run(6_000);
    let copy = c.devices[0].disk.clone();
    c.edit(0, a, 3, 0, " original");
    c.run(6_000);
    Copied {
        c,
        space,
        note,
        copy,
        seed: 1,
    }
}

impl Copied {
    /// The copy writes by itself, in a session of its own. Its disk then.
    fn copy_writes(&self, words: &[&str]) -> Disk {
        self.nth_copy_writes(0, words)
    }

    fn nth_copy_writes(&self, nth: u8, words: &[&str]) -> Disk {
        let mut alone = Cluster::new(1);
        alone.devices[0] = Device::new(self.seed, alone.now, self.copy.clone());
        // Every copy's windows open sessions of their own.
        let sessions = (0..=nth).map(|_| alone.open(0, self.space, self.note));
        let s = sessions.last().expect("one at least");
        for word in words {
            alone.edit(0, s, 3, 0, word);
        }
        alone.settle();
        alone.devices[0].disk.clone()
    }

    /// Puts a disk in the first device's place; it meets everybody, and takes a new incarnation when it is told to.
    fn put_back(&mut self, disk: Disk, incarnation: u8) -> Disk {
        self.c.kill_and_restart(0);
        let before = std::mem::replace(
            &mut self.c.devices[0],
            Device::new(self.seed, self.c.now, disk),
        );
        for other in 1..self.c.devices.len() {
            self.c.reconnect(0, other);
        }
        self.c.run(6_000);
        let asked = |seen: &Seen| matches!(seen, Seen::NeedIncarnation);
        if self.c.devices[0].seen.iter().any(asked) {
            let incarnation = Incarnation([incarnation; 16]);
            let space = self.space;
            self.c
                .input(0, Input::NewIncarnation { space, incarnation });
        }
        self.c.run(12_000);
        before.disk
    }

    fn texts(&mut self) -> Vec<String> {
        let all = 0..self.c.devices.len();
        all.map(|i| self.c.text(i, self.space, self.note)).collect()
    }

    fn assert_all_hold(&mut self, words: &[&str]) {
        for (i, text) in self.texts().iter().enumerate() {
            for word in words {
                assert!(text.contains(word), "{i} lacks {word:?}: {text:?}");
            }
        }
        let asked = |seen: &Seen| matches!(seen, Seen::NeedIncarnation);
        for i in 1..self.c.devices.len() {
            let of = &self.c.devices[i];
            assert!(!of.seen.iter().any(asked), "{i} takes itself for copied");
            assert_eq!(self.c.hashes(0), self.c.hashes(i), "entries of {i}");
            assert_eq!(
                self.c.hash(0, self.space, self.note),
                self.c.hash(i, self.space, self.note)
            );
        }
    }
}

#[test]
fn what_a_copied_profile_wrote_and_what_its_original_wrote_are_in_the_note_everywhere() {
    let mut s = copied(3);
    let copy = s.copy_writes(&[" copied"]);
    let original = s.put_back(copy, 50);
    s.assert_all_hold(&["one", "original", "copied"]);
    let told = |seen: &Seen| matches!(seen, Seen::Event(Event::Notice(Notice::Fork { .. })));
    for device in &s.c.devices {
        assert!(device.seen.iter().any(told), "every person is told");
    }
    // It writes on in a log of its own.
    let again = s.c.open(0, s.space, s.note);
    s.c.edit(0, again, 0, 0, "later, ");
    s.c.run(6_000);
    s.assert_all_hold(&["later, ", "original", "copied"]);
    // And the original comes back too.
    s.put_back(original, 51);
    s.assert_all_hold(&["later, ", "original", "copied"]);
}

#[test]
fn both_branches_are_there_after_a_restart_and_reach_who_joins_the_network_later() {
    let mut s = copied(3);
    let copy = s.copy_writes(&[" copied"]);
    s.c.disconnect(2, 0);
    s.c.disconnect(2, 1);
    s.put_back(copy, 50);
    for i in [0, 1] {
        s.c.kill_and_restart(i);
    }
    let together = ["one", "original", "copied"];
    for i in [0, 1] {
        let text = s.c.text(i, s.space, s.note);
        assert!(together.iter().all(|word| text.contains(word)), "{text:?}");
    }
    s.c.reconnect(0, 1);
    s.c.reconnect(1, 2);
    s.c.run(12_000);
    s.assert_all_hold(&together);
}

#[test]
fn a_long_branch_and_a_short_one_meet_whoever_is_ahead() {
    for words in [&[" a", " b", " c", " d", " e", " f", " g"][..], &[" a"]] {
        let mut s = copied(2);
        let copy = s.copy_writes(words);
        s.put_back(copy, 50);
        s.assert_all_hold(words);
        s.assert_all_hold(&["original"]);
    }
}

#[test]
fn a_receipt_is_not_given_for_a_branch_that_the_other_lacks() {
    let mut s = copied(2);
    let copy = s.copy_writes(&[" copied"]);
    // Ben stands aside while the copy, which holds his entries, is asked what he has.
    s.c.kill_and_restart(0);
    s.c.devices[0] = Device::new(s.seed, s.c.now, copy);
    s.c.devices[0].disk_stuck = true;
    s.c.reconnect(0, 1);
    let held = s.c.devices[0].engine.held_by_others(s.space, s.note);
    assert!(!held, "he lacks what the copy wrote");
    s.c.devices[0].disk_stuck = false;
    s.c.input(0, Input::Tick);
    s.c.run(12_000);
    assert!(s.c.devices[0].engine.held_by_others(s.space, s.note));
}

/// An edit in the very session of the original's last one, at its place: a machine image that was resumed twice.
fn twin(s: &mut Copied) -> Arc<Entry> {
    let edits = s.copy.arrival.iter().map(|(e, ..)| Arc::clone(e));
    let own = edits.filter(|e| e.header().chain.log == Log::Notes);
    let own: Vec<Arc<Entry>> = own.collect();
    let session = own
        .iter()
        .find(|e| e.header().kind == Kind::Session)
        .unwrap();
    let last = own.last().unwrap();
    let nonce = SessionPayload::decode(session.payload()).unwrap().nonce;
    let client = client_id(&s.c.key(0), &s.note, &nonce).unwrap();
    let mut alone = Cluster::new(1);
    alone.devices[0] = Device::new(s.seed, alone.now, s.copy.clone());
    let device = &mut alone.devices[0];
    let note = device.engine.note(&device.disk, s.space, s.note);
    let state = note.unwrap().unwrap().state();
    let mut writer = Writer::new(client, &state).unwrap();
    let update = writer.edit(3, 0, " twin", &mut || unreachable!("no new block"));
    let update = update.unwrap();
    let clock = (0..100).find(|clock| gate::canonical(&update, client, *clock).is_ok());
    let payload = gate::canonical(&update, client, clock.unwrap()).unwrap();
    let draft = Draft {
        chain: last.header().chain,
        seq: last.header().seq + 1,
        prev: last.hash(),
        kind: Kind::Edit,
        note: s.note,
        session: session.header().seq,
        deps: Vec::new(),
        wall_ms: 0,
    };
    Arc::new(Entry::seal(&s.c.devices[0].root.signer(), draft, payload).unwrap())
}

#[test]
fn story_17_a_session_that_goes_on_twice_keeps_the_words_of_both_on_every_device() {
    let mut s = copied(3);
    let twin = twin(&mut s);
    let window = s.c.open(2, s.space, s.note);
    // The second device heard the original first; a third one starts with what it is now sent.
    let gossip = |entry: &Entry| Input::Gossip {
        space: s.space,
        kind: kind::ENTRY,
        body: entry.encode(),
    };
    s.c.input(1, gossip(&twin));
    let later = gossip(&twin);
    s.c.run(6_000);
    s.c.input(2, later);
    s.c.run(12_000);
    let [one, two] = [1, 2].map(|i| s.c.text(i, s.space, s.note));
    assert_eq!(one, two);
    assert!(
        one.contains(" original") && one.contains(" twin"),
        "{one:?}"
    );
    assert_eq!(s.c.hashes(1), s.c.hashes(2), "both are held");
    let mut original = s.c.devices[0].disk.arrival.iter();
    let original = original.rfind(|(e, ..)| e.header().seq == twin.header().seq);
    let original = original.expect("it was written").0.hash();
    let reset = s.c.devices[2].sessions[&window].ended.is_some();
    assert_eq!(
        reset,
        twin.hash() < original,
        "the lower hash keeps the name"
    );
    for i in [1, 2] {
        s.c.kill_and_restart(i);
        assert_eq!(s.c.text(i, s.space, s.note), one);
    }
}

#[test]
fn more_branches_than_are_kept_do_no_harm() {
    let mut s = copied(2);
    let disks: Vec<Disk> = (0..6u8)
        .map(|i| s.nth_copy_writes(i, &[&format!(" copy {i}")]))
        .collect();
    for (i, disk) in disks.into_iter().enumerate() {
        s.put_back(disk, 60 + i as u8);
    }
    let text = s.c.text(1, s.space, s.note);
    assert!(text.contains("original"), "{text:?}");
    let kept = (0..6)
        .filter(|i| text.contains(&format!("copy {i}")))
        .count();
    assert_eq!(kept, 3, "four branches are kept: {text:?}");
}

#[test]
fn r1_a_profile_that_was_put_back_and_wrote_on_is_not_believed_to_have_what_it_lost() {
    let mut s = copied(2);
    let copy = s.copy_writes(&[" a", " b", " c", " d"]);
    let before = s.c.behind(1, 0, s.space, s.note);
    assert_eq!(before, Some(0), "as it was last heard");
    s.c.kill_and_restart(0);
    s.c.settle();
    s.c.devices[0] = Device::new(s.seed, s.c.now, copy);
    let (ours, theirs) = (s.c.transport(1), s.c.transport(0));
    s.c.input(0, Input::PeerUp { peer: ours });
    s.c.input(1, Input::PeerUp { peer: theirs });
    let (mut heard, mut looked) = (false, 0);
    while let Some(next) = s.c.wire.front() {
        heard |= matches!(next, Packet::Frame { to: 1, kind, .. } if *kind == kind::HEADS);
        s.c.step();
        let held = s.c.hashes(0);
        if heard && s.c.hashes(1).iter().any(|hash| !held.contains(hash)) {
            looked += 1;
            assert_ne!(s.c.behind(1, 0, s.space, s.note), Some(0));
        }
    }
    assert!(looked > 1);
    // What was lost comes at once, and not at some later beat.
    let held = s.c.hashes(0);
    assert!(s.c.hashes(1).iter().all(|hash| held.contains(hash)));
}
