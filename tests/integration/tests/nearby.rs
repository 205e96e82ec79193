//! Joining by four pictures: two people, two commands, found on the network by nobody's help.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use skein_integration::chance::Chance;
use skein_integration::figure::promised;
use skein_integration::ground::Ground;
use skein_integration::network::Network;
use skein_integration::peer::{Peer, refusal};
use skein_integration::person::{Person, asks};
use skein_integration::trial::{self, Case, Needs};

/// From B's launch to a member, of which the people take nothing here (product.md, First run: half within 30 s).
const JOINED: Duration = Duration::from_secs(30);

/// A commit and an answer take some milliseconds: a kill within this falls before, between and after them.
const SOON: Duration = Duration::from_millis(30);

fn main() -> ExitCode {
    let needs = Needs::Namespaces;
    trial::main(vec![
        Case {
            name: "two_running_peers_join_by_four_pictures_and_share_every_note",
            needs,
            action: running_peers,
        },
        Case {
            name: "two_commands_join_where_nothing_runs",
            needs,
            action: commands_alone,
        },
        Case {
            name: "another_row_lets_nobody_in_and_says_so_on_both",
            needs,
            action: another_row,
        },
        Case {
            name: "a_joiner_whose_person_says_no_keeps_nothing_and_may_come_again",
            needs,
            action: says_no,
        },
        Case {
            name: "story_35_a_joiner_or_inviter_killed_at_any_step_finishes_at_the_next_try",
            needs,
            action: killed,
        },
        Case {
            name: "an_own_device_comes_into_all_spaces_of_its_person",
            needs,
            action: own_device,
        },
        Case {
            name: "an_own_device_or_its_inviter_killed_at_any_step_has_all_at_the_next_try",
            needs,
            action: own_device_killed,
        },
        Case {
            name: "who_finds_nobody_is_told_what_to_do",
            needs,
            action: nobody,
        },
    ])
}

fn two(ground: &Ground) -> (Peer, Peer) {
    let network = Network::new(ground);
    let ana = Peer::new(network.host("ana"), "Ana");
    (ana, Peer::new(network.host("ben"), "Ben"))
}

/// Both at the point where the pictures stand on both screens: the number of the right row.
fn pictures(ana: &Peer, ben: &Peer, role: &str) -> (Person, Person, usize) {
    let (host, guest, shown, row) = shown(ana, ben, &["--role", role]);
    assert_eq!(shown["from"]["role"], role);
    (host, guest, row)
}

/// The same, however the host invites, with what the guest is shown of that.
fn shown(ana: &Peer, ben: &Peer, how: &[&str]) -> (Person, Person, Value, usize) {
    let invites = [&["space", "invite", "--nearby"], how].concat();
    let mut host = Person::types(ana, &invites);
    let (guest, shown) = asks(ben);
    assert_eq!(shown["from"]["device_name"], "Ana's laptop");
    let asked = host.sees("asking");
    assert_eq!(asked["device_name"], "Ben's laptop");
    let rows = asked["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 4);
    let right = rows.iter().position(|row| *row == shown["pictures"]);
    let right = right.expect("one is on Ben's screen") + 1;
    (host, guest, shown, right)
}

fn joins(ana: &Peer, ben: &Peer, role: &str) -> Value {
    let (mut host, mut guest, row) = pictures(ana, ben, role);
    host.running.say(&row.to_string());
    host.sees("joined");
    assert_eq!(guest.sees("welcomed")["device_name"], "Ben's laptop");
    guest.running.say("yes");
    let joined = guest.result();
    assert_eq!(host.ends().code, Some(0));
    joined
}

fn running_peers(ground: &Ground) {
    let (mut ana, mut ben) = two(ground);
    ana.start(&[]);
    ben.start(&[]);
    let note = ana.text_of(&["note", "new", "--title", "Plan"], "note");
    ana.json(&["note", "append", &note, "by Ana"]);
    let began = Instant::now();
    let joined = joins(&ana, &ben, "editor");
    promised("joined by pictures", began.elapsed(), JOINED);
    assert_eq!(
        (&joined["name"], &joined["role"]),
        (&json!("Personal"), &json!("editor"))
    );
    assert_eq!(ben.text(&note), "by Ana");
    ben.json(&["note", "append", &note, "by Ben"]);
    ana.wait_equal(1);
    assert_eq!(ana.text(&note), "by Ana\nby Ben");
    assert_eq!(ana.hash(&note), ben.hash(&note));
    for peer in [&mut ana, &mut ben] {
        peer.stop();
        peer.verify_clean();
    }
}

fn commands_alone(ground: &Ground) {
    let (mut ana, mut ben) = two(ground);
    let note = ana.text_of(&["note", "new", "--title", "Plan"], "note");
    ana.json(&["note", "append", &note, "by Ana"]);
    assert_eq!(joins(&ana, &ben, "viewer")["role"], "viewer");
    assert_eq!(
        ben.text(&note),
        "by Ana",
        "everything came before the commands ended"
    );
    refusal(
        1,
        &ben.skein(&["--json", "note", "append", &note, "by Ben"]),
        "a viewer writes",
    );
    ana.start(&[]);
    ben.start(&[]);
    ana.wait_equal(1);
}

fn another_row(ground: &Ground) {
    let (ana, ben) = two(ground);
    let (mut host, guest, row) = pictures(&ana, &ben, "editor");
    host.running.say(&(row % 4 + 1).to_string());
    host.sees("over");
    let told = refusal(1, &host.ends(), "another row")["message"].to_string();
    assert!(told.contains("not on the other screen"), "{told}");
    let told = refusal(1, &guest.ends(), "another row")["message"].to_string();
    assert!(told.contains("other pictures were picked"), "{told}");
    let members = |peer: &Peer| peer.json(&["space", "members"]).as_array().map(Vec::len);
    assert_eq!((members(&ana), members(&ben)), (Some(1), Some(1)));
}

fn says_no(ground: &Ground) {
    let (ana, ben) = two(ground);
    let (mut host, mut guest, row) = pictures(&ana, &ben, "editor");
    host.running.say(&row.to_string());
    host.sees("joined");
    guest.sees("welcomed");
    guest.running.say("no");
    refusal(1, &guest.ends(), "no");
    let spaces = |peer: &Peer| peer.json(&["space", "list"]).as_array().map(Vec::len);
    assert_eq!(spaces(&ben), Some(1));
    host.running.kill9();
    assert_eq!(joins(&ana, &ben, "editor")["role"], "editor");
    assert_eq!(spaces(&ben), Some(2));
    ana.verify_clean();
}

/// Where somebody is killed with -9, and who.
#[derive(Clone, Copy, Debug)]
enum Killed {
    GuestWithPictures,
    HostAsked,
    HostPicking,
    GuestWelcomed,
    GuestOpening,
}

impl Killed {
    const ALL: [Self; 5] = [
        Self::GuestWithPictures,
        Self::HostAsked,
        Self::HostPicking,
        Self::GuestWelcomed,
        Self::GuestOpening,
    ];
}

fn killed(ground: &Ground) {
    let mut chance = Chance::said_aloud();
    for at in Killed::ALL {
        let (mut ana, mut ben) = two(ground);
        let note = ana.text_of(&["note", "new", "--title", "Plan"], "note");
        ana.json(&["note", "append", &note, "by Ana"]);
        // Their commands die; what runs beside them goes on, or nothing does.
        if chance.below(2) == 0 {
            ana.start(&[]);
            ben.start(&[]);
        }
        let exchange = pictures(&ana, &ben, "editor");
        kill_one(exchange, at, chance.time(SOON));
        let spaces = ben.json(&["space", "list"]);
        if spaces.as_array().map(Vec::len) == Some(1) {
            assert_eq!(joins(&ana, &ben, "editor")["role"], "editor", "{at:?}");
        }
        if !ana.runs() {
            ana.start(&[]);
            ben.start(&[]);
        }
        ana.wait_equal(1);
        ana.stop();
        ben.stop();
        assert_eq!(ben.text(&note), "by Ana", "{at:?}");
        assert_eq!(
            ana.json(&["space", "members"]).as_array().map(Vec::len),
            Some(2)
        );
        ana.verify_clean();
        ben.verify_clean();
    }
}

fn kill_one(exchange: (Person, Person, usize), at: Killed, moment: Duration) {
    let (mut host, mut guest, row) = exchange;
    match at {
        Killed::GuestWithPictures => return guest.running.kill9(),
        Killed::HostAsked => return host.running.kill9(),
        _ => host.running.say(&row.to_string()),
    }
    if matches!(at, Killed::HostPicking) {
        // The drawn moment of the kill, before, between or after the entry and the answer; nothing is waited for.
        std::thread::sleep(moment);
        return host.running.kill9();
    }
    guest.sees("welcomed");
    if matches!(at, Killed::GuestOpening) {
        guest.running.say("yes");
        // Likewise, in the middle of taking everything over.
        std::thread::sleep(moment);
    }
    guest.running.kill9();
}

/// A second space of Ana's beside her first one, with a note in each.
fn two_spaces(ana: &Peer) -> (String, String) {
    let work = ana.text_of(&["space", "new", "Work"], "space");
    let note = |arguments: &[&str]| {
        let new = [&["note", "new"], arguments].concat();
        let note = ana.text_of(&new, "note");
        ana.json(&["note", "append", &note, "by Ana"]);
        note
    };
    (
        note(&["--title", "Home"]),
        note(&["--title", "Plan", "--space", &work]),
    )
}

fn spaces_of(peer: &Peer) -> Vec<Value> {
    let spaces = peer.json(&["space", "list"]);
    spaces.as_array().expect("spaces").clone()
}

/// Ana's own tablet is invited and opens what it is given.
fn own_joins(ana: &Peer, tablet: &Peer) {
    let (mut host, mut guest, shown, row) = shown(ana, tablet, &["--own"]);
    let from = &shown["from"];
    assert_eq!(
        (&from["gives"], &from["spaces"]),
        (&json!("own"), &json!(2))
    );
    host.running.say(&row.to_string());
    let joined = host.sees("joined");
    assert_eq!(
        joined["person"], "Ana",
        "it is hers, whatever it was called"
    );
    assert_eq!(joined["spaces"].as_array().map(Vec::len), Some(2));
    assert_eq!(guest.sees("welcomed")["person"], "Ana");
    guest.running.say("yes");
    let ended = guest.ends();
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    // The pictures, the welcome, and a line for each space.
    assert_eq!(ended.out.lines().count(), 4, "{}", ended.out);
    assert_eq!(host.ends().code, Some(0));
}

fn own_device(ground: &Ground) {
    let network = Network::new(ground);
    let mut ana = Peer::new(network.host("ana"), "Ana");
    let mut tablet = Peer::new(network.host("tablet"), "Ben");
    let (home, plan) = two_spaces(&ana);
    ana.start(&[]);
    tablet.start(&[]);
    own_joins(&ana, &tablet);
    assert_eq!(spaces_of(&tablet).len(), 3, "its own first one, and hers");
    for note in [&home, &plan] {
        assert_eq!(tablet.text(note), "by Ana");
        tablet.json(&["note", "append", note, "by the tablet"]);
    }
    ana.wait_equal(1);
    for note in [&home, &plan] {
        assert_eq!(ana.text(note), "by Ana\nby the tablet");
    }
    for space in spaces_of(&ana) {
        let id = space["id"].as_str().expect("an id");
        let members = ana.json(&["space", "members", id]);
        let members = members.as_array().expect("members");
        assert_eq!(members.len(), 2, "{space}");
        let hers = |member: &Value| member["person"] == "Ana" && member["role"] == "owner";
        assert!(members.iter().all(hers), "{members:?}");
    }
    for peer in [&mut ana, &mut tablet] {
        peer.stop();
        peer.verify_clean();
    }
}

fn own_device_killed(ground: &Ground) {
    let mut chance = Chance::said_aloud();
    for at in Killed::ALL {
        let (mut ana, mut tablet) = two(ground);
        let (home, plan) = two_spaces(&ana);
        if chance.below(2) == 0 {
            ana.start(&[]);
            tablet.start(&[]);
        }
        let (host, guest, _, row) = shown(&ana, &tablet, &["--own"]);
        kill_one((host, guest, row), at, chance.time(SOON));
        if spaces_of(&tablet).len() < 3 {
            own_joins(&ana, &tablet);
        }
        if !ana.runs() {
            ana.start(&[]);
            tablet.start(&[]);
        }
        ana.wait_equal(1);
        ana.stop();
        tablet.stop();
        for note in [&home, &plan] {
            assert_eq!(tablet.text(note), "by Ana", "{at:?}");
        }
        for space in spaces_of(&ana) {
            assert_eq!(space["members"], 2, "{at:?}: {space}");
        }
        ana.verify_clean();
        tablet.verify_clean();
    }
}

fn nobody(ground: &Ground) {
    let (_, ben) = two(ground);
    let answer = ben.skein(&["--json", "space", "join", "--nearby", "--wait", "2s"]);
    let told = refusal(4, &answer, "nobody")["message"].to_string();
    assert!(
        told.contains("open an invitation on the other device"),
        "{told}"
    );
}
