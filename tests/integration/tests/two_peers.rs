//! The story of the first issue, told by two headless peers and the command line.

use std::net::Ipv4Addr;
use std::process::ExitCode;

use serde_json::{Value, json};
use skein_integration::ground::Ground;
use skein_integration::network::Network;
use skein_integration::peer::{COMMAND, LISTEN, MEETING, Peer};
use skein_integration::story::tell;
use skein_integration::trial::{self, Case, Needs};
use skein_integration::wait::until;
use skein_integration::writer::{Writer, assert_holds};

fn main() -> ExitCode {
    trial::main(vec![
        Case {
            name: "two_peers_join_part_and_meet_again_with_every_word",
            needs: Needs::Namespaces,
            action: |ground| join_part_and_meet_again(ground, &[]),
        },
        Case {
            name: "the_same_with_gossip_switched_off",
            needs: Needs::Namespaces,
            action: |ground| join_part_and_meet_again(ground, &["--no-gossip"]),
        },
        Case {
            name: "acknowledged_edits_survive_kill_9_of_the_running_peer",
            needs: Needs::Loopback,
            action: kill_the_running_peer,
        },
        Case {
            name: "acknowledged_edits_survive_kill_9_of_the_command_itself",
            needs: Needs::Loopback,
            action: kill_the_command,
        },
        Case {
            name: "two_peers_meet_at_a_manual_address_without_discovery",
            needs: Needs::Loopback,
            action: manual_address,
        },
        Case {
            name: "a_viewer_reads_and_cannot_write",
            needs: Needs::Loopback,
            action: viewer,
        },
    ])
}

/// Ana with a space and a running peer, Ben admitted by her ticket and running too.
fn joined(ground: &Ground, run: &[&str], role: &str) -> (Peer, Peer, String) {
    let network = Network::new(ground);
    let mut ana = Peer::new(network.host("ana"), "Ana");
    let mut ben = Peer::new(network.host("ben"), "Ben");
    ana.start(run);
    let invitation = ana.json(&["space", "invite", "--role", role]);
    let ticket = invitation["ticket"].as_str().expect("a ticket");
    assert_eq!(invitation["role"], role);
    let joined = ben.json(&["space", "join", ticket]);
    let space = joined["space"].as_str().expect("a space").to_owned();
    assert_eq!(joined["role"], role);
    assert_eq!(invitation["space"], joined["space"]);
    ben.start(run);
    (ana, ben, space)
}

fn members(peer: &Peer) -> Vec<(String, String)> {
    let list = peer.json(&["space", "members"]);
    let field = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let mut members: Vec<_> = list
        .as_array()
        .expect("a list of members")
        .iter()
        .map(|member| (field(member, "person"), field(member, "role")))
        .collect();
    members.sort();
    members
}

/// Both show the same note, by hash and by text, and hold it soundly.
fn assert_same(ana: &Peer, ben: &Peer, note: &str) -> String {
    let text = ana.text(note);
    assert_eq!(
        ana.hash(note),
        ben.hash(note),
        "Ana: {text:?}\nBen: {:?}",
        ben.text(note)
    );
    assert_eq!(text, ben.text(note));
    text
}

fn edit(peer: &Peer, note: &str, lines: &str) {
    let answer = peer.skein_with(&["--json", "note", "edit", note, "--edits", "-"], lines);
    assert_eq!(answer.code, Some(0), "{}: {answer:?}", peer.host.name());
    let count = answer.out.lines().count();
    assert_eq!(
        count,
        lines.lines().count(),
        "one answer per edit: {answer:?}"
    );
}

/// Offset in UTF-16 units of `needle` in the note's text.
fn place(peer: &Peer, note: &str, needle: &str) -> usize {
    let text = peer.text(note);
    let bytes = text
        .find(needle)
        .unwrap_or_else(|| panic!("{needle:?} in {text:?}"));
    text[..bytes].encode_utf16().count()
}

fn at(at: usize, delete: usize, insert: &str) -> String {
    json!({"at": at, "delete": delete, "insert": insert}).to_string() + "\n"
}

fn online(peer: &Peer, is: bool) {
    let what = format!(
        "{} sees the other {}",
        peer.host.name(),
        if is { "online" } else { "away" }
    );
    until(&what, MEETING, || {
        let list = peer.json(&["peer", "list"]);
        let first = list.as_array()?.first()?.clone();
        (first["online"] == is).then_some(())
    });
}

fn join_part_and_meet_again(ground: &Ground, run: &[&str]) {
    let (mut ana, mut ben, space) = joined(ground, run, "editor");
    tell("Ben joined Ana's space with her ticket");
    assert_eq!(
        members(&ana),
        [
            ("Ana".into(), "owner".into()),
            ("Ben".into(), "editor".into())
        ]
    );

    let note = ana.text_of(
        &["note", "new", "--title", "Plan", "--space", &space],
        "note",
    );
    ana.json(&["note", "append", &note, "The first line is Ana's."]);
    ben.wait_equal(1);
    assert_eq!(members(&ben), members(&ana));
    ben.json(&["note", "append", &note, "The second line is Ben's."]);
    ana.wait_equal(1);
    let text = assert_same(&ana, &ben, &note);
    assert_eq!(text, "The first line is Ana's.\nThe second line is Ben's.");
    tell("each has the other's line");

    ana.stop();
    ben.stop();
    ana.host.change_address(Ipv4Addr::new(10, 88, 3, 7));
    ben.host.change_address(Ipv4Addr::new(10, 88, 3, 9));
    ana.start(run);
    ben.start(run);
    online(&ana, true);
    online(&ben, true);
    tell("after a restart on another network they found each other over mDNS");

    let pace = ["--pace", "5"];
    let both = [
        Writer::start(&ana, &note, "ana", 39, &pace),
        Writer::start(&ben, &note, "ben", 39, &pace),
    ];
    let tokens = both.map(Writer::finish).concat();
    ana.wait_equal(1);
    let text = assert_same(&ana, &ben, &note);
    assert_holds(&text, &tokens);
    tell("both wrote 39 words into one paragraph at once; both have all 78");

    ana.host.cut();
    online(&ana, false);
    online(&ben, false);
    tell("the link is down, and both say that the other is away");
    // Ana splits the first paragraph and joins the second to what is before it; Ben writes into
    // both of them and splits the second.
    let split = place(&ana, &note, "first line");
    edit(&ana, &note, &at(split, 0, "\n"));
    let join = place(&ana, &note, "\nThe second");
    edit(&ana, &note, &at(join, 1, ""));
    edit(
        &ana,
        &note,
        &at(place(&ana, &note, "second"), 0, "anasecond "),
    );
    edit(
        &ben,
        &note,
        &at(place(&ben, &note, "line is Ana's"), 0, "benfirst "),
    );
    edit(
        &ben,
        &note,
        &at(place(&ben, &note, "line is Ben's"), 0, "bensecond \n"),
    );
    assert_ne!(ana.hash(&note), ben.hash(&note));
    ana.host.heal();
    ana.wait_equal(1);
    ben.wait_equal(1);
    let text = assert_same(&ana, &ben, &note);
    let written = [
        "anasecond",
        "benfirst",
        "bensecond",
        "first",
        "second",
        "Ana's.",
        "Ben's.",
    ];
    for word in written {
        assert!(text.contains(word), "{word} in {text:?}");
    }
    tell("the link is up: both show the same note with everything in it");

    ana.stop();
    ben.stop();
    ana.verify_clean();
    ben.verify_clean();
    assert_same(&ana, &ben, &note);
    tell("verify is clean on both");
}

/// How often a process is killed in each of the two tests below.
const KILLS: usize = 5;
/// Words of a stream of edits that takes longer than its writer lives.
const STREAM: usize = 4000;

fn kill_the_running_peer(ground: &Ground) {
    let (mut ana, mut ben, space) = joined(ground, &LISTEN, "editor");
    let note = ben.text_of(
        &["note", "new", "--title", "Kill", "--space", &space],
        "note",
    );
    let mut all = Vec::new();
    for round in 0..KILLS {
        let mut writer = Writer::start(&ben, &note, &format!("r{round}w"), STREAM, &[]);
        writer.wait_for(30 + 17 * round);
        ben.kill9();
        let status = writer
            .running
            .ends_within(COMMAND)
            .expect("the command notices that its peer is gone");
        assert!(
            !status.success(),
            "a command whose peer was killed does not say that it is done"
        );
        let saved = writer.acknowledged();
        assert!(saved.len() >= 30 && saved.len() < STREAM);
        all.extend(saved);
        assert_holds(&ben.text(&note), &all);
        let ready = ben.start(&LISTEN);
        // On loopback nobody is found by announcement.
        if !ground.has_namespaces() {
            ana.json(&["peer", "add", &address(&ready)]);
        }
        tell(format!(
            "killed {} times; all {} acknowledged edits are there",
            round + 1,
            all.len()
        ));
    }
    ana.wait_equal(1);
    ben.wait_equal(1);
    let text = assert_same(&ana, &ben, &note);
    assert_holds(&text, &all);
    ana.stop();
    ben.stop();
    ana.verify_clean();
    ben.verify_clean();
}

fn kill_the_command(ground: &Ground) {
    let ana = Peer::new(Network::new(ground).host("ana"), "Ana");
    let note = ana.text_of(&["note", "new", "--title", "Kill"], "note");
    let mut all = Vec::new();
    for round in 0..KILLS {
        let mut writer = Writer::start(&ana, &note, &format!("r{round}w"), STREAM, &[]);
        writer.wait_for(20 + 13 * round);
        writer.running.kill9();
        all.extend(writer.acknowledged());
        assert_holds(&ana.text(&note), &all);
    }
    assert!(all.len() >= 100);
    ana.verify_clean();
    tell(format!(
        "killed {KILLS} times; all {} acknowledged edits are there",
        all.len()
    ));
}

/// The first TCP address of a `ready` event that is not a wildcard.
fn address(ready: &Value) -> String {
    let list = ready["listen"].as_array().expect("addresses");
    let mut texts = list.iter().filter_map(Value::as_str);
    let found = texts.find(|text| text.starts_with("/ip4/") && !text.contains("/0.0.0.0/"));
    found
        .unwrap_or_else(|| panic!("an address in {ready}"))
        .to_owned()
}

fn manual_address(ground: &Ground) {
    let run = [
        "--listen",
        "/ip4/0.0.0.0/tcp/0",
        "--no-discovery",
        "--no-gossip",
    ];
    let (mut ana, mut ben, space) = joined(ground, &run, "editor");
    // Both on other ports than before, so that no last-known address helps.
    ana.stop();
    ben.stop();
    ana.start(&run);
    let ready = ben.start(&run);
    let added = ana.json(&["peer", "add", &address(&ready)]);
    assert_eq!(added["reached"], true, "{added}");
    let note = ben.text_of(
        &["note", "new", "--title", "By hand", "--space", &space],
        "note",
    );
    let before = ana.events();
    ben.json(&["note", "append", &note, "words"]);
    ana.event("Ben's edit", before, |event| {
        event["event"] == "edit" && event["note"] == note
    });
    ben.wait_equal(1);
    assert_same(&ana, &ben, &note);
}

fn viewer(ground: &Ground) {
    let (ana, ben, space) = joined(ground, &LISTEN, "viewer");
    let note = ana.text_of(
        &["note", "new", "--title", "Read me", "--space", &space],
        "note",
    );
    ana.json(&["note", "append", &note, "words"]);
    ana.wait_equal(1);
    assert_eq!(ben.text(&note), "words");
    ben.fails(1, &["note", "append", &note, "more"]);
    ben.fails(1, &["space", "invite", &space]);
    assert_eq!(ben.text(&note), "words");
}
