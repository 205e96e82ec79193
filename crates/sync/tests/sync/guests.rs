//! Who is no member here and says Hello: let in by somebody we have not heard of, or out.

use std::sync::Arc;

use skein_space::{Entry, Incarnation, Log, Member, Role, SpaceId};
use skein_sync::frame::{Frame, Hello, kind};
use skein_sync::{Input, StreamId};

use crate::cluster::{Cluster, Device, Seen};

/// A device that nobody let in yet.
fn one_more(c: &mut Cluster) -> usize {
    let seed = c.devices.len() as u8 + 1;
    c.devices.push(Device::new(seed, c.now, Default::default()));
    c.devices.len() - 1
}

/// Two members; the first has let a third in and is gone. The others meet.
fn unheard_of() -> (Cluster, SpaceId, usize) {
    let (mut c, space) = Cluster::with_space(2, Role::Editor);
    c.connect_all();
    c.run(6_000);
    c.disconnect(0, 1);
    let late = one_more(&mut c);
    c.join(0, late, space, Role::Editor);
    c.disconnect(0, late);
    (c, space, late)
}

fn sent(c: &Cluster, from: usize, kind: u8) -> usize {
    let frames = c
        .sent
        .iter()
        .filter(|(by, of, _)| (*by, *of) == (from, kind));
    frames.count()
}

#[test]
fn story_12_who_was_let_in_by_a_third_shows_its_admission_and_takes_part() {
    let (mut c, space, late) = unheard_of();
    let (note, _) = c.create(late, space, "from who nobody knew");
    c.reconnect(1, late);
    c.run(12_000);
    assert_eq!(c.text(1, space, note), "from who nobody knew");
    assert_eq!(sent(&c, 1, kind::WHO), 1);
    assert_eq!(
        sent(&c, late, kind::ADMISSION),
        2,
        "its entries and the end"
    );
    // Once is enough: it is known from here on, also after a restart.
    c.kill_and_restart(1);
    c.disconnect(0, 1);
    c.disconnect(0, late);
    c.reconnect(1, late);
    c.run(12_000);
    assert_eq!(sent(&c, 1, kind::WHO), 1);
}

#[test]
fn t2_who_was_let_in_again_while_we_were_away_shows_that() {
    let (mut c, space) = Cluster::with_space(3, Role::Editor);
    c.connect_all();
    c.run(6_000);
    c.change_role(0, 2, space, None).expect("removed");
    c.run(6_000);
    c.disconnect(0, 1);
    c.disconnect(1, 2);
    c.join(0, 2, space, Role::Editor);
    c.run(6_000);
    c.disconnect(0, 2);
    c.reconnect(1, 2);
    c.run(12_000);
    let role = |c: &Cluster, of| c.devices[1].engine.roster(space).unwrap().role(c.key(of));
    assert_eq!(role(&c, 2), Some(Role::Editor));
    let (note, _) = c.create(1, space, "for who is back");
    c.run(6_000);
    assert_eq!(c.text(2, space, note), "for who is back");
}

#[test]
fn t2_who_is_out_tells_those_it_let_in() {
    let (mut c, space) = Cluster::with_space(2, Role::Owner);
    c.connect_all();
    c.run(6_000);
    c.disconnect(0, 1);
    let late = one_more(&mut c);
    c.join(1, late, space, Role::Editor);
    c.change_role(0, 1, space, None).expect("removed");
    c.disconnect(1, late);
    c.reconnect(0, 1);
    c.run(12_000);
    assert_eq!(c.devices[1].engine.role(space), None);
    // Its host is gone for good; the one it let in knows no other.
    c.disconnect(0, 1);
    c.disconnect(0, late);
    assert_eq!(c.devices[late].engine.role(space), Some(Role::Editor));
    c.reconnect(1, late);
    c.run(12_000);
    assert_eq!(c.devices[late].engine.role(space), None, "and hears so");
}

/// Opens a stream by hand and says Hello as a device that nobody let in.
fn intruder(c: &mut Cluster, space: SpaceId, number: u64) -> (skein_space::Root, StreamId) {
    let root = skein_space::Root::new([77; 32]);
    let stream = StreamId(number);
    let peer = root.transport_key();
    let space_of = None;
    c.input(
        0,
        Input::StreamUp {
            stream,
            peer,
            space: space_of,
        },
    );
    let hello = Hello {
        space,
        device: root.device_key(),
        incarnation: Incarnation([1; 16]),
        protocol: 1,
        formats: vec![1],
        note_schema: (1, 1),
        run: [0; 16],
        version: "x".into(),
    };
    say(c, stream, &Frame::Hello(hello));
    (root, stream)
}

fn say(c: &mut Cluster, stream: StreamId, frame: &Frame) {
    let (kind, body) = frame.encode();
    c.input(0, Input::Frame { stream, kind, body });
}

fn closed(c: &Cluster) -> usize {
    let seen = c.devices[0].seen.iter();
    seen.filter(|seen| matches!(seen, Seen::Closed)).count()
}

/// Member entries that a device without rights makes about itself, far ahead in chains that do not exist.
fn made_up(root: &skein_space::Root, c: &Cluster, space: SpaceId) -> Vec<Arc<Entry>> {
    let signer = root.signer();
    let member = Member::Lower {
        subject: c.key(0),
        role: None,
        cuts: Vec::new(),
    };
    let roster = c.devices[0].engine.roster(space).unwrap();
    let entry = |seq| {
        let chain = skein_space::Chain {
            space,
            device: root.device_key(),
            incarnation: Incarnation([9; 16]),
            log: Log::Roster,
        };
        let draft = skein_space::Draft {
            chain,
            seq,
            prev: skein_space::EntryHash([3; 32]),
            kind: skein_space::Kind::Member,
            note: skein_space::NoteId::ZERO,
            session: 0,
            deps: roster.frontier(),
            wall_ms: 0,
        };
        Arc::new(Entry::seal(&signer, draft, member.encode().unwrap()).unwrap())
    };
    (5..10).map(entry).collect()
}

#[test]
fn story_12_what_a_stranger_shows_takes_no_place_and_moves_nothing() {
    let (mut c, space) = Cluster::with_space(2, Role::Editor);
    c.connect_all();
    c.run(6_000);
    let before = (c.hashes(0), c.asked.len());
    let (root, stream) = intruder(&mut c, space, 77);
    let made_up = made_up(&root, &c, space);
    say(&mut c, stream, &Frame::Admission(made_up));
    assert_eq!(closed(&c), 0, "more may come");
    say(&mut c, stream, &Frame::Admission(Vec::new()));
    assert_eq!(closed(&c), 1);
    c.run(30_000);
    assert_eq!((c.hashes(0), c.asked.len()), before);
    assert_eq!(c.devices[0].engine.role(space), Some(Role::Owner));
}

#[test]
fn t2_nobody_shows_more_than_an_admission_needs_nor_without_being_asked() {
    let (mut c, space) = Cluster::with_space(1, Role::Editor);
    let (root, stream) = intruder(&mut c, space, 77);
    let made_up = made_up(&root, &c, space);
    let mut frames = 0;
    while closed(&c) == 0 {
        say(
            &mut c,
            stream,
            &Frame::Admission(made_up.iter().cycle().take(300).cloned().collect()),
        );
        frames += 1;
        assert!(frames < 100, "without end");
    }
    c.input(
        0,
        Input::StreamUp {
            stream: StreamId(78),
            peer: root.transport_key(),
            space: None,
        },
    );
    say(&mut c, StreamId(78), &Frame::Admission(Vec::new()));
    assert_eq!(closed(&c), 2);
    // A space that is not here is answered as one in which the device is unknown.
    let foreign = SpaceId([200; 16]);
    intruder(&mut c, foreign, 79);
    assert_eq!(sent(&c, 0, kind::WHO), 2);
}
