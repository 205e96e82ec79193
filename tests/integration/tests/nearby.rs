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
            name: "a_joiner_or_inviter_killed_at_any_step_finishes_at_the_next_try",
            needs,
            action: killed,
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
    let mut host = Person::types(ana, &["space", "invite", "--nearby", "--role", role]);
    let (guest, shown) = asks(ben);
    assert_eq!(shown["from"]["device_name"], "Ana's laptop");
    assert_eq!(shown["from"]["role"], role);
    let asked = host.sees("asking");
    assert_eq!(asked["device_name"], "Ben's laptop");
    let rows = asked["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 4);
    let right = rows.iter().position(|row| *row == shown["pictures"]);
    (host, guest, right.expect("one is on Ben's screen") + 1)
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

fn killed(ground: &Ground) {
    let mut chance = Chance::said_aloud();
    for at in [
        Killed::GuestWithPictures,
        Killed::HostAsked,
        Killed::HostPicking,
        Killed::GuestWelcomed,
        Killed::GuestOpening,
    ] {
        let (mut ana, mut ben) = two(ground);
        let note = ana.text_of(&["note", "new", "--title", "Plan"], "note");
        ana.json(&["note", "append", &note, "by Ana"]);
        // Their commands die; what runs beside them goes on, or nothing does.
        if chance.below(2) == 0 {
            ana.start(&[]);
            ben.start(&[]);
        }
        kill_one(&ana, &ben, at, chance.time(SOON));
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

fn kill_one(ana: &Peer, ben: &Peer, at: Killed, moment: Duration) {
    let (mut host, mut guest, row) = pictures(ana, ben, "editor");
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

fn nobody(ground: &Ground) {
    let (_, ben) = two(ground);
    let answer = ben.skein(&["--json", "space", "join", "--nearby", "--wait", "2s"]);
    let told = refusal(4, &answer, "nobody")["message"].to_string();
    assert!(
        told.contains("open an invitation on the other device"),
        "{told}"
    );
}
