//! Many devices, floods, and disks with little room.

use skein_harness::cluster::Cluster;
use skein_harness::plan::{Act, Op, Part, World};
use skein_space::Log;
use skein_sync::{Event, Input, Notice, config};

use super::{behind, editors, ends_well, held, told, types};

/// The last place of a device's notes that another one durably holds.
fn top(cluster: &Cluster, device: usize, of: usize) -> u64 {
    let key = cluster.devices[of].key;
    let process = cluster.devices[device].process.as_ref().expect("it runs");
    let tips = process.engine.tips(cluster.space).into_iter();
    let of = tips.filter(|(chain, _)| chain.device == key && chain.log == Log::Notes);
    of.map(|(_, tip)| tip.seq).max().unwrap_or(0)
}

fn equal_heads(cluster: &Cluster, device: usize) -> (usize, usize) {
    let process = cluster.devices[device].process.as_ref().expect("it runs");
    process.engine.equal_heads(cluster.space)
}

/// 27 and 28, in full size and without gossip.
#[test]
fn story_28_a_hundred_devices_have_few_streams_and_hear_of_everybody() {
    const MANY: usize = 100;
    /// Bytes a device may say in an idle hour: digests on all the streams it may have, and Hello, Heads and what it
    /// hands on (180 bytes for each member) on eight new streams every ten minutes.
    const BUDGET: u64 = 24 * 45 * 3_600 / 8 + 6 * 8 * (2 * 12_000 + 180 * MANY as u64);
    let mut cluster = told(World::calm(&editors(MANY - 1)));
    let written_ms = cluster.now_ms;
    types(&mut cluster, 0, 2);
    types(&mut cluster, MANY / 2, 2);
    let reached = cluster.run_while(10_000, |cluster| {
        let (a, b) = (top(cluster, 0, 0), top(cluster, MANY / 2, MANY / 2));
        a > 1
            && b > 1
            && (0..MANY).all(|d| top(cluster, d, 0) == a && top(cluster, d, MANY / 2) == b)
    });
    assert!(reached, "everybody has it through others");
    println!(
        "a hundred devices had it after {} ms",
        cluster.now_ms - written_ms
    );
    let known = cluster.run_while(120_000, |cluster| {
        (0..MANY).all(|device| equal_heads(cluster, device) == (MANY - 1, MANY - 1))
    });
    assert!(known, "and everybody knows it of everybody");
    println!("and knew it after {} ms", cluster.now_ms - written_ms);
    // Streams of an earlier choice are closed some seconds after the last device came.
    cluster.run_for(config::SETTLE_MS + 2_000);
    let most = (0..MANY).map(|device| {
        let sides = cluster.net.sides.values();
        sides
            .filter(|side| side.life.device == device && side.up)
            .count()
    });
    let most = most.max().unwrap_or(0);
    assert!(
        most <= config::STREAMS_WANTED + config::STREAMS_ACCEPTED,
        "{most} streams"
    );
    cluster.act(0, 0, 0, Act::Close, 0);
    cluster.act(MANY / 2, 0, 0, Act::Close, 0);
    cluster.run_for(60_000);
    cluster.sent_bytes.clear();
    cluster.run_for(600_000);
    let said = cluster.sent_bytes.values().map(|bytes| bytes * 6);
    let said = said.max().unwrap_or(u64::MAX);
    println!("{most} streams at most, {said} bytes in an idle hour at most, of {BUDGET}");
    assert!(said <= BUDGET, "a device said {said} bytes an hour");
}

/// A room in which most have no stream to each other; some of it breaks, somebody goes back.
#[test]
fn receipts_in_a_room_of_twelve_are_true_and_come() {
    let mut cluster = told(World {
        gossip: 0.5,
        ..World::calm(&editors(11))
    });
    types(&mut cluster, 0, 3);
    cluster.perform(Op::Save(5));
    types(&mut cluster, 3, 3);
    cluster.perform(Op::Alone(7, 20_000));
    types(&mut cluster, 11, 3);
    let back = (0..12).filter(|device| *device != 5).collect::<Vec<_>>();
    let green = cluster.run_while(90_000, |cluster| {
        back.iter()
            .all(|device| behind(cluster, *device, 5) == Some(0))
    });
    assert!(green, "everybody knows that Finn has everything");
    // His disk is put back, and it has no room: he stays behind, and nobody who hears of it says otherwise.
    cluster.perform(Op::Restore(5, 100));
    cluster.run_while(5_000, |cluster| cluster.is_up(5));
    cluster.give(5, Input::DiskRoom { low: true });
    let fell = cluster.run_while(90_000, |cluster| {
        back.iter()
            .all(|device| behind(cluster, *device, 5) != Some(0))
    });
    assert!(fell, "lower Heads reach those without a stream of his");
    for _ in 0..60 {
        cluster.run_for(1_000);
        for device in &back {
            assert_ne!(behind(&mut cluster, *device, 5), Some(0), "device {device}");
        }
    }
    ends_well(cluster);
}

#[test]
fn a_members_flood_delays_nobody_elses_words() {
    const FLOOD: usize = 20_000;
    let mut cluster = told(World {
        commit_ms: 60,
        ..World::calm(&[Part::Founder, Part::Editor, Part::Editor, Part::Liar])
    });
    types(&mut cluster, 0, 2);
    types(&mut cluster, 1, 2);
    let note = cluster.notes[0];
    let before = top(&cluster, 1, 3);
    cluster.flood(3, note, FLOOD);
    let mut worst_ms = 0;
    for _ in 0..20 {
        let began_ms = cluster.now_ms;
        let place = top(&cluster, 0, 0);
        cluster.act(0, 0, 0, Act::Type(1), 0);
        let came = cluster.run_while(20_000, |cluster| top(cluster, 1, 0) > place);
        assert!(came, "it comes");
        worst_ms = worst_ms.max(cluster.now_ms - began_ms);
    }
    println!("the slowest of 20 words took {worst_ms} ms during a flood of {FLOOD} entries");
    assert!(worst_ms < 1_500, "the slowest took {worst_ms} ms");
    let flood = held(&cluster, 1).len() as u64;
    assert!(
        top(&cluster, 1, 3) > before || flood > 1_000,
        "{flood} entries: it was a flood"
    );
    assert!(
        flood < FLOOD as u64 / 2,
        "{flood} of it are held: it was left where it is"
    );
    ends_well(cluster);
}

/// An honest device that writes as fast as a flood loses nothing by it.
#[test]
fn a_long_import_comes_whole() {
    let mut cluster = told(World::calm(&editors(2)));
    types(&mut cluster, 1, 2);
    for _ in 0..config::UNASKED_ENTRIES + 600 {
        cluster.act(1, 0, 0, Act::Type(1), 0);
    }
    let whole = cluster.run_while(30_000, |cluster| {
        let all = top(cluster, 1, 1);
        all > config::UNASKED_ENTRIES && (0..3).all(|device| top(cluster, device, 1) == all)
    });
    assert!(whole, "{} of {}", top(&cluster, 0, 1), top(&cluster, 1, 1));
    ends_well(cluster);
}

#[test]
fn story_38_a_disk_with_little_room_takes_nothing_and_goes_on_by_itself() {
    let mut cluster = told(World::calm(&editors(2)));
    types(&mut cluster, 1, 2);
    cluster.perform(Op::Low(1, 40_000));
    let lines = held(&cluster, 1).len();
    types(&mut cluster, 0, 3);
    cluster.act(0, 0, 0, Act::Paste(900), 0);
    cluster.run_for(15_000);
    assert_eq!(
        held(&cluster, 1).len(),
        lines,
        "nothing of others is appended"
    );
    let low = |event: &Event| matches!(event, Event::Notice(Notice::DiskLow));
    assert!(cluster.was_told(1, low), "and it is said");
    for device in [0, 2] {
        assert_ne!(
            behind(&mut cluster, device, 1),
            Some(0),
            "nobody believes otherwise"
        );
    }
    let own = top(&cluster, 1, 1);
    cluster.act(1, 0, 0, Act::Type(2), 0);
    cluster.run_for(3_000);
    assert!(top(&cluster, 0, 1) > own, "own edits go on");
    let back = cluster.run_while(40_000, |cluster| {
        held(cluster, 1).len() == held(cluster, 0).len()
    });
    assert!(
        back,
        "when there is room, the rest comes without anybody doing anything"
    );
    ends_well(cluster);
}
