//! What befalls a process and its disk: it is stopped, its machine sleeps, its folder is deleted, its
//! disk is full or may not be written, another one wants the same profile. A person is told, nothing
//! that was called saved is lost, and it goes on when the trouble is over.

use std::fs;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::Value;
use skein_integration::circle::{Circle, Meets};
use skein_integration::clock::WallClock;
use skein_integration::disk::{Protected, SmallDisk};
use skein_integration::figure::{MET_AGAIN, NOTICED, between, now_ms, promised};
use skein_integration::ground::Ground;
use skein_integration::length::is_long;
use skein_integration::network::Network;
use skein_integration::peer::{COMMAND, Peer, database};
use skein_integration::process::Running;
use skein_integration::story::tell;
use skein_integration::trial::{self, Case, Needs};
use skein_integration::wait::until;
use skein_integration::writer::{Writer, assert_holds};

fn main() -> ExitCode {
    let case = |name, needs, action| Case {
        name,
        needs,
        action,
    };
    trial::main(vec![
        case(
            "a_stopped_peer_is_noticed_and_met_again_with_every_word",
            Needs::Namespaces,
            stopped,
        ),
        case(
            "a_machine_that_slept_meets_the_others_when_it_wakes",
            Needs::Clock,
            slept,
        ),
        case(
            "with_its_folder_deleted_a_peer_calls_nothing_saved",
            Needs::Namespaces,
            deleted,
        ),
        case(
            "with_its_folder_moved_away_and_back_a_peer_goes_on",
            Needs::Loopback,
            moved,
        ),
        case(
            "a_database_that_may_not_be_written_any_more_loses_nothing",
            Needs::Immutable,
            protected,
        ),
        case("a_full_disk_loses_nothing", Needs::Mounts, full),
        case(
            "of_two_peers_started_at_once_one_holds_the_profile",
            Needs::Loopback,
            two_at_once,
        ),
    ])
}

/// Words of a stream of edits that takes longer than what befalls its writer.
const STREAM: usize = 20_000;

/// Waits until so much time has passed since `since`.
fn wait_until_after(since: Instant, time: Duration) {
    until("the time is over", time + COMMAND, || {
        (since.elapsed() >= time).then_some(())
    });
}

fn stopped(ground: &Ground) {
    let mut circle = Circle::new(ground, 2, &[]);
    circle.wait_together();
    let (ana, ben) = (&circle.peers[0], &circle.peers[1]);
    let writer = Writer::start(ana, &circle.note, "stopped", 400, &["--pace", "2"]);
    writer.wait_for(50);
    let (mark, since, stopped_ms) = (circle.mark(), Instant::now(), now_ms());
    ana.freeze();
    let noticed_ms = ben.sees(circle.device(0), false, mark[1]);
    let took = between(stopped_ms, noticed_ms);
    promised("the other notices that it is stopped", took, NOTICED);
    circle.write(&[1], 60);
    // Longer than a dead connection lives; a minute over night.
    wait_until_after(since, Duration::from_secs(if is_long() { 60 } else { 15 }));
    let (mark, thawed_ms) = (circle.mark(), now_ms());
    circle.peers[0].thaw();
    let took = circle.see(&[0], &[1], true, &mark, thawed_ms);
    promised("met again after it goes on", took, MET_AGAIN);
    let words = writer.finish();
    circle.has_written(words);
    circle.assert_equal();
    circle.end();
}

fn slept(ground: &Ground) {
    let network = Network::new(ground);
    let mut ana = Peer::new(network.host("ana"), "Ana");
    let clock = WallClock::of(&mut ana);
    let ben = Peer::new(network.host("ben"), "Ben");
    let mut circle = Circle::of(vec![ana, ben], &[], Meets::All);
    circle.wait_together();
    // Only the wall clock tells of the first sleep: it is too short for a connection to die of.
    for (hours, seconds) in [(1, 2), (9, 13)] {
        let since = Instant::now();
        let ana = &circle.peers[0];
        ana.host.cut();
        ana.freeze();
        clock.is_ahead(Duration::from_secs(hours * 3600));
        circle.write(&[1], 40);
        wait_until_after(since, Duration::from_secs(seconds));
        let (mark, woke_ms) = (circle.mark(), now_ms());
        let (ana, ben) = (&circle.peers[0], &circle.peers[1]);
        ana.host.heal();
        ana.thaw();
        ana.sees(circle.device(1), false, mark[0]);
        ana.sees(circle.device(1), true, mark[0]);
        // Ana's own events have the time of her clock.
        let met_ms = ben.sees(circle.device(0), true, mark[1]);
        let took = between(woke_ms, met_ms);
        let what = format!("met again after {seconds} s that were {hours} h on the wall");
        promised(&what, took, MET_AGAIN);
        circle.write(&[0, 1], 40);
        circle.assert_equal();
    }
    circle.end();
}

/// Waits until the running peer says an error whose sentence holds `words`, and gives the sentence.
fn says(peer: &Peer, from: usize, words: &str) -> String {
    let what = format!("an error with {words:?}");
    let event = peer.event(&what, from, |event| {
        let said = event["message"].as_str().unwrap_or_default();
        event["event"] == "error" && said.contains(words)
    });
    let said = event["message"].as_str().unwrap_or_default().to_owned();
    tell(format!("it says: {said}"));
    said
}

/// Waits until a writer is told that it cannot go on, and gives the words that were saved before.
fn turned_away(writer: &mut Writer, words: &str) -> Vec<String> {
    let status = writer.running.ends_within(COMMAND);
    let code = status.expect("the writer is told").code();
    let said = writer.running.err.tail(1);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains(words), "{words:?} in {said}");
    let saved = writer.acknowledged();
    assert!(!saved.is_empty() && saved.len() < STREAM);
    saved
}

fn deleted(ground: &Ground) {
    let mut circle = Circle::new(ground, 2, &[]);
    circle.wait_together();
    let ana = &circle.peers[0];
    let mut writer = Writer::start(ana, &circle.note, "gone", STREAM, &[]);
    writer.wait_for(100);
    let mark = ana.events();
    fs::remove_dir_all(ana.home.profile()).expect("a profile can be deleted");
    let saved = turned_away(&mut writer, "skein.redb");
    says(ana, mark, "skein.redb");
    // Told on every way in that is left: nothing new is called saved, and what was reached Ben.
    ana.fails(1, &["note", "append", &circle.note, "more"]);
    until("Ben has every word that was called saved", COMMAND, || {
        let text = circle.peers[1].text(&circle.note);
        saved
            .iter()
            .all(|word| text.contains(word.as_str()))
            .then_some(())
    });
    assert!(!ana.home.profile().join("skein.redb").exists());
    circle.peers[0].kill9();
    circle.peers[1].stop();
    circle.peers[1].verify_clean();
}

fn moved(ground: &Ground) {
    let mut ana = Peer::new(Network::new(ground).host("ana"), "Ana");
    let note = ana.text_of(&["note", "new", "--title", "Moved"], "note");
    ana.start(&[]);
    let mut all = Vec::new();
    for round in 0..2 {
        let mut writer = Writer::start(&ana, &note, &format!("m{round}w"), STREAM, &[]);
        writer.wait_for(100);
        let mark = ana.events();
        let elsewhere = ana.home.path("elsewhere");
        fs::rename(ana.home.profile(), &elsewhere).expect("a profile can be moved");
        all.extend(turned_away(&mut writer, "skein.redb"));
        fs::rename(&elsewhere, ana.home.profile()).expect("and moved back");
        says(&ana, mark, "can be written again");
        assert_holds(&ana.text(&note), &all);
    }
    all.extend(Writer::start(&ana, &note, "after", 50, &[]).finish());
    ana.stop();
    assert_holds(&ana.text(&note), &all);
    ana.verify_clean();
}

fn protected(ground: &Ground) {
    let mut ana = Peer::new(Network::new(ground).host("ana"), "Ana");
    let note = ana.text_of(&["note", "new", "--title", "Protected"], "note");
    ana.start(&[]);
    let mut writer = Writer::start(&ana, &note, "before", STREAM, &[]);
    writer.wait_for(100);
    let mark = ana.events();
    let protected = Protected::new(&database(&ana.home.profile()));
    let mut all = turned_away(&mut writer, "cannot be written");
    says(&ana, mark, "cannot be written");
    assert_holds(&ana.text(&note), &all);
    ana.fails(3, &["note", "append", &note, "more"]);
    // Not even a kill changes what is there, and a start says why it cannot be.
    ana.kill9();
    ana.fails(3, &["run", "--offline"]);
    drop(protected);
    let mark = 0;
    ana.start(&[]);
    assert_holds(&ana.text(&note), &all);
    let protected = Protected::new(&database(&ana.home.profile()));
    ana.fails(3, &["note", "append", &note, "more"]);
    drop(protected);
    says(&ana, mark, "can be written again");
    all.extend(Writer::start(&ana, &note, "after", 50, &[]).finish());
    ana.stop();
    assert_holds(&ana.text(&note), &all);
    ana.verify_clean();
}

/// KiB of the small disk: empty it has more room than the floor below which nothing of others is taken in.
const DISK_KIB: u32 = 1_400 * 1024;

fn full(ground: &Ground) {
    let network = Network::new(ground);
    let ana = Peer::without_profile(network.host("ana"));
    let disk = SmallDisk::mount(&ana.home.profile(), DISK_KIB);
    ana.json(&["init", "--person", "Ana", "--device", "Ana's laptop"]);
    let ben = Peer::new(network.host("ben"), "Ben");
    let mut circle = Circle::of(vec![ana, ben], &[], Meets::All);
    circle.write(&[0, 1], 50);
    let ana = &circle.peers[0];
    let mut writer = Writer::start(ana, &circle.note, "full", STREAM, &[]);
    writer.wait_for(100);
    let mark = ana.events();
    let film = disk.fill();
    let mut saved = turned_away(&mut writer, "disk is full");
    says(ana, mark, "disk is full");
    assert_holds(&ana.text(&circle.note), &saved);
    ana.fails(3, &["note", "append", &circle.note, "more"]);
    // Ben writes on: more than what is left on Ana's disk, which she takes when there is room.
    circle.write(&[1], 400);
    let ana = &circle.peers[0];
    assert_holds(&ana.text(&circle.note), &saved);
    drop(film);
    says(ana, mark, "can be written again");
    saved.extend(Writer::start(ana, &circle.note, "room", 50, &[]).finish());
    circle.has_written(saved.clone());
    circle.assert_equal();
    tell("with room again both hold every word");

    // The same with kill -9 in it, and a start while the disk is full.
    let mut writer = Writer::start(&circle.peers[0], &circle.note, "again", STREAM, &[]);
    writer.wait_for(100);
    let film = disk.fill();
    let more = turned_away(&mut writer, "disk is full");
    circle.peers[0].kill9();
    saved.extend(more.clone());
    let answer =
        circle.peers[0].skein(&["--json", "note", "cat", &circle.note, "--format", "text"]);
    match answer.code {
        Some(0) => {
            let value: Value = serde_json::from_str(&answer.out).expect("one value");
            assert_holds(value["content"].as_str().expect("a text"), &saved);
            tell("the note can be read while the disk is full");
        }
        _ => {
            skein_integration::peer::refusal(3, &answer, "note cat on a full disk");
            tell(format!("while the disk is full: {}", answer.err.trim_end()));
        }
    }
    drop(film);
    circle.start(0);
    circle.has_written(more);
    circle.wait_together();
    circle.write(&[0, 1], 20);
    circle.assert_equal();
    circle.end();
}

fn two_at_once(ground: &Ground) {
    let ana = Peer::new(Network::new(ground).host("ana"), "Ana");
    let note = ana.text_of(&["note", "new", "--title", "Two"], "note");
    let mut all = Vec::new();
    for round in 0..6 {
        let run = ["--json", "run", "--offline"];
        let mut both = [0, 1].map(|_| Running::start(&mut ana.command(&run)));
        let loser = until("one of the two gives up", COMMAND, || {
            both.iter_mut()
                .position(|running| running.ended().is_some())
        });
        let [first, second] = &mut both;
        let (lost, won) = if loser == 0 {
            (first, second)
        } else {
            (second, first)
        };
        let code = lost.ends_within(COMMAND).and_then(|status| status.code());
        let said = lost.err.tail(1);
        assert_eq!(code, Some(1), "{said}");
        assert!(
            said.contains(&won.id().to_string()),
            "it names {}: {said}",
            won.id()
        );
        all.extend(Writer::start(&ana, &note, &format!("t{round}w"), 20, &[]).finish());
        assert!(won.ended().is_none(), "{}", won.err.tail(5));
        won.kill9();
        // Commands without a peer, at once, wait for each other.
        let tags = [format!("a{round}w"), format!("b{round}w")];
        let writers = tags.map(|tag| Writer::start(&ana, &note, &tag, 20, &[]));
        all.extend(writers.map(Writer::finish).concat());
        assert_holds(&ana.text(&note), &all);
    }
    ana.verify_clean();
}
