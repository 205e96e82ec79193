//! Changing who is in a space, told by running peers and the command line.

use std::net::Ipv4Addr;
use std::process::ExitCode;

use serde_json::Value;
use skein_integration::ground::Ground;
use skein_integration::network::Network;
use skein_integration::peer::{COMMAND, MEETING, Peer};
use skein_integration::story::tell;
use skein_integration::trial::{self, Case, Needs};
use skein_integration::wait::{until, within};
use skein_space::RecoveryKey;

fn main() -> ExitCode {
    let needs = Needs::Namespaces;
    trial::main(vec![
        Case {
            name: "a_removed_device_hears_so_gets_nothing_more_and_keeps_what_it_has",
            needs,
            action: removed,
        },
        Case {
            name: "who_was_away_when_it_was_removed_hears_of_it_when_it_comes",
            needs,
            action: removed_while_away,
        },
        Case {
            name: "who_was_let_in_while_we_were_away_shows_that_and_is_let_in",
            needs,
            action: unheard_of,
        },
        Case {
            name: "a_removed_device_of_another_space_of_ours_stays_in_that",
            needs,
            action: removed_from_one,
        },
        Case {
            name: "who_leaves_hears_what_nobody_has_takes_no_more_part_and_comes_back_with_every_word",
            needs,
            action: left,
        },
        Case {
            name: "the_key_on_paper_makes_an_owner_where_none_is_left_also_after_kill_9",
            needs,
            action: recovered,
        },
        Case {
            name: "a_right_that_is_taken_is_gone_everywhere_and_may_be_given_again",
            needs,
            action: lowered,
        },
    ])
}

/// Ana, who owns the space; Ben and Cleo, who edit; a note that all have.
struct Three {
    ana: Peer,
    ben: Peer,
    cleo: Peer,
    space: String,
    note: String,
}

fn three(ground: &Ground) -> Three {
    let network = Network::new(ground);
    let mut ana = Peer::new(network.host("ana"), "Ana");
    let mut ben = Peer::new(network.host("ben"), "Ben");
    let mut cleo = Peer::new(network.host("cleo"), "Cleo");
    ana.start(&[]);
    let space = join(&ana, &mut ben, None);
    join(&ana, &mut cleo, None);
    let note = ana.text_of(&["note", "new", "--title", "Plan"], "note");
    ana.json(&["note", "append", &note, "by Ana"]);
    ana.wait_equal(2);
    ben.json(&["note", "append", &note, "by Ben"]);
    for peer in [&ana, &ben, &cleo] {
        shows(peer, &note, "by Ana\nby Ben");
    }
    ana.wait_equal(2);
    Three {
        ana,
        ben,
        cleo,
        space,
        note,
    }
}

/// Lets somebody into a space of Ana's, the default one where none is named; the space's id.
fn join(ana: &Peer, other: &mut Peer, space: Option<&str>) -> String {
    let arguments: Vec<&str> = ["space", "invite"].into_iter().chain(space).collect();
    let ticket = ana.text_of(&arguments, "ticket");
    let space = other.text_of(&["space", "join", &ticket], "space");
    other.start(&[]);
    space
}

fn shows(peer: &Peer, note: &str, text: &str) {
    let what = format!("{} shows {text:?}", peer.host.name());
    until(&what, MEETING, || {
        let answer = peer.skein(&["note", "cat", note, "--format", "text"]);
        (answer.code == Some(0) && answer.out.trim_end_matches('\n') == text).then_some(())
    });
}

/// The member of that name, as a peer sees it.
fn member(peer: &Peer, space: &str, person: &str) -> Value {
    let all = peer.json(&["space", "members", space]);
    let all = all.as_array().expect("members").iter();
    let mut of = all.filter(|member| member["person"] == person);
    of.next().expect("it is or was one").clone()
}

fn role(peer: &Peer, space: &str) -> Value {
    let all = peer.json(&["space", "list"]);
    let all = all.as_array().expect("spaces").iter();
    let mut of = all.filter(|row| row["id"] == space);
    of.next().expect("it is there").clone()["role"].clone()
}

/// Until a device says of itself what it may do.
fn becomes(peer: &Peer, space: &str, wanted: Value) {
    let what = format!("{} is {wanted}", peer.host.name());
    until(&what, MEETING, || {
        (role(peer, space) == wanted).then_some(())
    });
}

fn says(peer: &Peer, from: usize, sentence: &str) {
    let what = format!("{} is told {sentence:?}", peer.host.name());
    peer.event(&what, from, |event| {
        let message = event["message"].as_str().unwrap_or_default();
        event["code"] == "role_changed" && message.contains(sentence)
    });
}

fn removed(ground: &Ground) {
    let Three {
        mut ana,
        mut ben,
        mut cleo,
        space,
        note,
    } = three(ground);
    let (ben_heard, cleo_heard) = (ben.events(), cleo.events());
    let removed = ana.json(&["space", "remove", "Ben's laptop"]);
    assert_eq!(removed["device"], member(&ana, &space, "Ben")["device"]);
    let cuts = removed["cuts"].as_array().expect("cuts");
    assert_eq!(cuts.len(), 1, "{removed}");
    assert_eq!(cuts[0]["log"], "notes");
    assert_eq!(cuts[0]["seq"], 2, "a session and an edit: {removed}");
    says(
        &ben,
        ben_heard,
        "Ana's laptop removed this device from Personal",
    );
    says(
        &cleo,
        cleo_heard,
        "Ana's laptop removed Ben's laptop from Personal",
    );
    becomes(&ben, &space, Value::Null);
    tell("Ben's device says that it is out, Cleo's that Ben's is");

    ana.json(&["note", "append", &note, "after"]);
    shows(&cleo, &note, "by Ana\nby Ben\nafter");
    until("Ana knows that Cleo knows", MEETING, || {
        (member(&ana, &space, "Cleo")["knows"] == true).then_some(())
    });
    assert_eq!(ben.text(&note), "by Ana\nby Ben", "readable, and no more");
    let refused = ben.fails(1, &["note", "append", &note, "me too"]);
    assert!(refused["message"].as_str().is_some(), "{refused}");
    let again = ana.fails(1, &["space", "remove", "Ben's laptop"]);
    let why = again["message"].as_str().unwrap_or_default();
    assert!(why.contains("not in this space"), "{again}");

    // Elsewhere, with no last-known address that helps: those who are in find each other by the new secret.
    for peer in [&mut ana, &mut ben, &mut cleo] {
        peer.stop();
    }
    for (peer, last) in [(&ana, 7), (&ben, 8), (&cleo, 9)] {
        peer.host.change_address(Ipv4Addr::new(10, 88, 3, last));
    }
    for peer in [&mut ana, &mut ben, &mut cleo] {
        peer.start(&[]);
    }
    cleo.json(&["note", "append", &note, "found"]);
    shows(&ana, &note, "by Ana\nby Ben\nafter\nfound");
    let seen = within(COMMAND / 4, || {
        let peers = ben.json(&["peer", "list"]);
        let mut all = peers.as_array()?.iter();
        all.any(|peer| peer["online"] == true).then_some(())
    });
    assert_eq!(seen, None, "Ben's device looks for nobody");
    assert_eq!(ben.text(&note), "by Ana\nby Ben");
    tell("after a restart on another network Ana and Cleo met again, and Ben met nobody");
    for peer in [&mut ana, &mut ben, &mut cleo] {
        peer.stop();
        peer.verify_clean();
    }
}

/// Ana lets Ben and, while Ben is away, Cleo in, and is gone: the two meet, and Ben has never heard of Cleo.
fn unheard_of(ground: &Ground) {
    let network = Network::new(ground);
    let mut ana = Peer::new(network.host("ana"), "Ana");
    let mut ben = Peer::new(network.host("ben"), "Ben");
    let mut cleo = Peer::new(network.host("cleo"), "Cleo");
    ana.start(&[]);
    let space = join(&ana, &mut ben, None);
    let note = ana.text_of(&["note", "new", "--title", "Plan"], "note");
    ana.json(&["note", "append", &note, "by Ana"]);
    shows(&ben, &note, "by Ana");
    ben.stop();
    join(&ana, &mut cleo, None);
    shows(&cleo, &note, "by Ana");
    ana.stop();
    cleo.json(&["note", "append", &note, "by Cleo"]);
    ben.start(&[]);
    shows(&ben, &note, "by Ana\nby Cleo");
    assert_eq!(member(&ben, &space, "Cleo")["role"], "editor");
    tell("Ben's device let Cleo's in on what it showed, and has its words");
    ben.json(&["note", "append", &note, "by Ben"]);
    shows(&cleo, &note, "by Ana\nby Cleo\nby Ben");
    for peer in [&mut ben, &mut cleo] {
        peer.stop();
        peer.verify_clean();
    }
}

fn removed_while_away(ground: &Ground) {
    let Three {
        mut ana,
        mut ben,
        cleo,
        space,
        note,
    } = three(ground);
    ben.stop();
    ana.json(&["space", "remove", "Ben's laptop"]);
    ana.json(&["note", "append", &note, "after"]);
    shows(&cleo, &note, "by Ana\nby Ben\nafter");
    // It does not know, so it may.
    ben.json(&["note", "append", &note, "on the train"]);
    ben.start(&[]);
    says(&ben, 0, "removed this device");
    becomes(&ben, &space, Value::Null);
    assert_eq!(
        ben.text(&note),
        "by Ana\nby Ben\non the train",
        "its own words stay with it"
    );
    shows(&cleo, &note, "by Ana\nby Ben\nafter");
    tell("Ben's device heard it from who was there, and keeps what it wrote on the way");

    // The same person is let in again.
    ben.stop();
    let mut ben = ben;
    join(&ana, &mut ben, None);
    becomes(&ben, &space, Value::from("editor"));
    ben.json(&["note", "append", &note, "back"]);
    shows(&ana, &note, "by Ana\nby Ben\nafter\nback");
    shows(&cleo, &note, "by Ana\nby Ben\nafter\nback");
    // What it wrote on the way is held by all, part of the note nowhere, and comes in at the owner's word.
    until("Cleo is shown what is set aside", MEETING, || {
        let aside = cleo.json(&["space", "aside"]);
        let one = &aside[0];
        let seen = one["note"] == note.as_str() && one["words"] == "on the train";
        (seen && one["edits"] == 1 && one["can_come_in"] == true).then_some(())
    });
    cleo.fails(1, &["space", "take-in", "Ben's laptop"]);
    let taken = ana.json(&["space", "take-in", "Ben's laptop"]);
    assert_eq!(taken["edits"], 1, "{taken}");
    for peer in [&ana, &ben, &cleo] {
        until("the words are in the note", MEETING, || {
            let text = peer.text(&note);
            let all = ["by Ana", "by Ben", "after", "back", "on the train"];
            let lines: Vec<&str> = text.lines().collect();
            (lines.len() == all.len() && all.iter().all(|line| lines.contains(line))).then_some(())
        });
    }
    tell("what Ben wrote on the way is in everybody's note again");
    for peer in [&mut ana, &mut ben] {
        peer.stop();
        let report = peer.json(&["verify"]);
        assert_eq!(report["ok"], true, "{report}");
        assert_eq!(report["set_aside"], 0, "{report}");
    }
}

fn removed_from_one(ground: &Ground) {
    let Three {
        ana,
        mut ben,
        space,
        note,
        ..
    } = three(ground);
    let other = ana.text_of(&["space", "new", "Choir"], "space");
    ben.stop();
    join(&ana, &mut ben, Some(&other));
    let song = ana.text_of(
        &["note", "new", "--title", "Song", "--space", &other],
        "note",
    );
    ana.json(&["note", "append", &song, "la"]);
    shows(&ben, &song, "la");
    ana.json(&["space", "remove", "Ben's laptop", &space]);
    becomes(&ben, &space, Value::Null);
    assert_eq!(role(&ben, &other), "editor");
    ana.json(&["note", "append", &note, "not for Ben"]);
    ana.json(&["note", "append", &song, "lala"]);
    ben.json(&["note", "append", &song, "lalala"]);
    shows(&ben, &song, "la\nlala\nlalala");
    shows(&ana, &song, "la\nlala\nlalala");
    assert_eq!(ben.text(&note), "by Ana\nby Ben");
}

/// Ben leaves with words that nobody has, killed in between, and comes back by a ticket.
fn left(ground: &Ground) {
    let Three {
        mut ana,
        mut ben,
        mut cleo,
        space,
        note,
    } = three(ground);
    ana.stop();
    cleo.stop();
    ben.json(&["note", "append", &note, "on the train"]);
    let refused = ben.fails(1, &["space", "leave", &space]);
    let why = refused["message"].as_str().unwrap_or_default();
    assert!(why.contains("1 edit"), "{refused}");
    assert!(why.contains("--yes"), "{refused}");
    assert_eq!(role(&ben, &space), "editor", "nothing was changed");
    let said = ben.json(&["space", "leave", &space, "--yes"]);
    assert_eq!(said["only_here"], 1, "{said}");
    ben.kill9();
    ana.start(&[]);
    cleo.start(&[]);
    ben.start(&[]);
    let row = ben.json(&["space", "list"]);
    let row = row.as_array().expect("spaces").iter();
    let row = row.clone().find(|row| row["id"] == space).expect("listed");
    assert_eq!(
        (&row["role"], &row["left"]),
        (&Value::Null, &Value::from(true))
    );
    tell("Ben's device was told of the edit that nobody has, left, and had left after kill -9");

    ana.json(&["note", "append", &note, "meanwhile"]);
    shows(&cleo, &note, "by Ana\nby Ben\nmeanwhile");
    let seen = within(COMMAND / 4, || {
        let peers = ben.json(&["peer", "list"]);
        let mut all = peers.as_array()?.iter();
        all.any(|peer| peer["online"] == true).then_some(())
    });
    assert_eq!(seen, None, "it meets nobody");
    assert_eq!(ben.text(&note), "by Ana\nby Ben\non the train");
    ben.fails(1, &["note", "append", &note, "no"]);
    for peer in [&ana, &cleo] {
        let there = member(peer, &space, "Ben");
        assert_eq!(
            (&there["online"], &there["role"]),
            (&Value::from(false), &Value::from("editor"))
        );
    }
    tell("to the others it is a member that is away");

    ben.stop();
    join(&ana, &mut ben, Some(&space));
    becomes(&ben, &space, Value::from("editor"));
    ben.json(&["note", "append", &note, "back"]);
    for peer in [&ana, &ben, &cleo] {
        let what = format!("{} has every word", peer.host.name());
        until(&what, MEETING, || {
            let text = peer.text(&note);
            let all = ["by Ana", "by Ben", "on the train", "meanwhile", "back"];
            all.iter().all(|words| text.contains(words)).then_some(())
        });
    }
    for peer in [&mut ana, &mut ben, &mut cleo] {
        peer.stop();
        peer.verify_clean();
    }
}

fn recovered(ground: &Ground) {
    let network = Network::new(ground);
    let mut ana = Peer::new(network.host("ana"), "Ana");
    let mut ben = Peer::new(network.host("ben"), "Ben");
    let mut cleo = Peer::new(network.host("cleo"), "Cleo");
    ana.start(&[]);
    let made = ana.json(&["space", "new", "Team", "--recovery-key"]);
    let key = made["recovery_key"].as_str().expect("a key").to_owned();
    let space = join(&ana, &mut ben, Some("Team"));
    let note = ana.text_of(
        &["note", "new", "--title", "Plan", "--space", &space],
        "note",
    );
    ana.json(&["note", "append", &note, "by Ana"]);
    shows(&ben, &note, "by Ana");
    ana.json(&["space", "leave", &space, "--yes"]);
    until("Ben's device knows that nobody owns it", MEETING, || {
        let all = ben.json(&["space", "list"]);
        let mut all = all.as_array()?.iter();
        let row = all.find(|row| row["id"] == space)?;
        (row["standing"]["ownerless"] == true).then_some(())
    });
    ben.fails(1, &["space", "invite", &space]);
    tell("nobody is left who could let anybody in");

    let other = key.replace("SKEINKEY1-A", "SKEINKEY1-B");
    let answer = ben.skein_with(&["space", "recover"], &other);
    assert_eq!(answer.code, Some(2), "one letter is wrong: {answer:?}");
    let paper = format!("Recovery key of Team\n\n{}\n", key.to_lowercase());
    let answer = ben.skein_with(&["space", "recover"], &paper);
    assert_eq!(answer.code, Some(0), "{answer:?}");
    ben.kill9();
    ben.start(&[]);
    assert_eq!(role(&ben, &space), "owner");
    join(&ben, &mut cleo, Some(&space));
    shows(&cleo, &note, "by Ana");
    cleo.json(&["note", "append", &note, "by Cleo"]);
    shows(&ben, &note, "by Ana\nby Cleo");
    tell("Ben's device is an owner by the key on paper, and let Cleo in");

    for peer in [&mut ana, &mut ben, &mut cleo] {
        peer.stop();
        peer.verify_clean();
    }
    let key: RecoveryKey = key.parse().expect("a recovery key");
    for peer in [&ana, &ben, &cleo] {
        let kept = std::fs::read_dir(peer.home.profile()).expect("a profile");
        for file in kept.flatten().filter(|file| file.path().is_file()) {
            let bytes = std::fs::read(file.path()).expect("readable");
            let mut windows = bytes.windows(32);
            let found = windows.any(|window| window == key.secret());
            assert!(!found, "the key is kept nowhere: {:?}", file.path());
        }
    }
}

fn lowered(ground: &Ground) {
    let Three {
        ana,
        ben,
        cleo,
        space,
        note,
    } = three(ground);
    let heard = ben.events();
    let lowered = ana.json(&["space", "role", "Ben's laptop", "viewer"]);
    assert_eq!(lowered["role"], "viewer");
    says(
        &ben,
        heard,
        "Ana's laptop made this device a viewer in Personal",
    );
    becomes(&ben, &space, Value::from("viewer"));
    ben.fails(1, &["note", "append", &note, "no"]);
    ana.json(&["note", "append", &note, "for all to read"]);
    shows(&ben, &note, "by Ana\nby Ben\nfor all to read");
    ben.fails(1, &["space", "role", "Cleo's laptop", "viewer"]);
    ana.json(&["space", "role", "Ben's laptop", "owner"]);
    becomes(&ben, &space, Value::from("owner"));
    ben.json(&["note", "append", &note, "again"]);
    shows(&cleo, &note, "by Ana\nby Ben\nfor all to read\nagain");
    ben.json(&["space", "remove", "Cleo's laptop"]);
    becomes(&cleo, &space, Value::Null);
}
