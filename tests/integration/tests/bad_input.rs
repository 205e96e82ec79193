//! Bad input: each has a clear message and the exit code of the contract, and nothing is lost.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use serde_json::Value;
use skein_integration::ground::Ground;
use skein_integration::network::Network;
use skein_integration::peer::{self, COMMAND, LISTEN, Peer, refusal};
use skein_integration::process;
use skein_integration::trial::{self, Case, Needs};
use skein_integration::wait::until;

fn main() -> ExitCode {
    let case = |name, action| Case {
        name,
        needs: Needs::Loopback,
        action,
    };
    trial::main(vec![
        case(
            "a_second_process_on_one_profile_is_told_who_holds_it",
            second_process,
        ),
        case(
            "a_read_only_profile_is_damage_and_stays_as_it_is",
            read_only,
        ),
        case(
            "a_truncated_database_is_damage_and_stays_as_it_is",
            truncated,
        ),
        case(
            "a_profile_that_others_can_read_is_refused_with_the_fix",
            readable_by_others,
        ),
        case("a_mistyped_ticket_is_wrong_usage", mistyped_ticket),
        case("a_used_ticket_admits_nobody_else", used_ticket),
        case("an_expired_ticket_admits_nobody", expired_ticket),
        case("a_busy_port_is_said", busy_port),
        case("an_unreachable_address_is_said", unreachable),
        case(
            "without_a_running_peer_watch_and_wait_say_so",
            no_running_peer,
        ),
        case(
            "an_edit_out_of_range_stops_there_and_keeps_those_before",
            edit_out_of_range,
        ),
    ])
}

/// A device with one note that says "kept".
fn with_note(ground: &Ground) -> (Peer, String) {
    let ana = Peer::new(Network::new(ground).host("ana"), "Ana");
    let note = ana.text_of(&["note", "new", "--title", "Kept"], "note");
    ana.json(&["note", "append", &note, "kept"]);
    (ana, note)
}

fn message(error: &Value) -> String {
    error["message"].as_str().unwrap_or_default().to_lowercase()
}

fn second_process(ground: &Ground) {
    let (mut ana, note) = with_note(ground);
    ana.start(&LISTEN);
    let error = ana.fails(1, &["run"]);
    let holder = ana.running().id().to_string();
    assert!(
        message(&error).contains(&holder),
        "it names process {holder}: {error}"
    );
    assert!(ana.runs(), "the first one goes on");
    ana.json(&["note", "append", &note, "more"]);
    assert_eq!(
        ana.text(&note),
        "kept\nmore",
        "commands go through the one that runs"
    );
}

/// Every file of a folder with its bytes.
fn bytes_of(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .flatten()
        .filter(|file| file.file_type().is_ok_and(|kind| kind.is_file()))
        .map(|file| (file.file_name().to_string_lossy().into_owned(), file.path()))
        .map(|(name, path)| (name, fs::read(path).expect("a file can be read")))
        .collect();
    files.sort();
    files
}

/// `skein` with its profile mounted read-only, which binds root too.
fn on_read_only_profile(peer: &Peer, arguments: &[&str]) -> Command {
    let profile = peer.home.profile();
    let mut command = peer.host.command("unshare");
    peer.home.dress(&mut command);
    let script = "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\"";
    command
        .args(["-m", "sh", "-c", script])
        .arg(&profile)
        .arg(process::built("skein"));
    command
        .arg("--profile")
        .arg(profile)
        .arg("--json")
        .args(arguments);
    command
}

fn read_only(ground: &Ground) {
    let (ana, note) = with_note(ground);
    let before = bytes_of(&ana.home.profile());
    for arguments in [
        &["note", "append", &note, "more"][..],
        &["run", "--offline"],
        &["verify"],
    ] {
        let what = format!("{} on a read-only profile", arguments.join(" "));
        let answer = if ground.has_namespaces() {
            process::run(&mut on_read_only_profile(&ana, arguments), "", COMMAND)
        } else {
            without_permission(&ana, arguments)
        };
        refusal(3, &answer, &what);
    }
    assert_eq!(bytes_of(&ana.home.profile()), before);
    assert_eq!(ana.text(&note), "kept");
}

/// Without namespaces we are not root either, and permissions bind us.
fn without_permission(peer: &Peer, arguments: &[&str]) -> process::Answer {
    use std::os::unix::fs::PermissionsExt;
    let profile = peer.home.profile();
    let set = |mode: u32, file: u32| {
        for entry in fs::read_dir(&profile).expect("a folder").flatten() {
            let _ = fs::set_permissions(entry.path(), fs::Permissions::from_mode(file));
        }
        fs::set_permissions(&profile, fs::Permissions::from_mode(mode)).expect("our own folder");
    };
    set(0o500, 0o400);
    let mut all = vec!["--json"];
    all.extend(arguments);
    let answer = peer.skein(&all);
    set(0o700, 0o600);
    answer
}

fn truncated(ground: &Ground) {
    let (ana, note) = with_note(ground);
    let database = peer::database(&ana.home.profile());
    let whole = fs::read(&database).expect("the database");
    for length in [0, 100, whole.len() / 2, whole.len() - 4096] {
        fs::write(&database, &whole[..length]).expect("a shorter database");
        let error = ana.fails(3, &["note", "cat", &note]);
        ana.fails(3, &["run", "--offline"]);
        ana.fails(3, &["init"]);
        let now = fs::read(&database).expect("it is still there");
        assert!(
            now == whole[..length],
            "{length} bytes were changed: {error}"
        );
    }
    fs::write(&database, &whole).expect("the whole database");
    assert_eq!(ana.text(&note), "kept");
    ana.verify_clean();
}

fn readable_by_others(ground: &Ground) {
    use std::os::unix::fs::PermissionsExt;
    let (ana, note) = with_note(ground);
    let profile = ana.home.profile();
    let mode = fs::metadata(&profile)
        .expect("a profile")
        .permissions()
        .mode()
        & 0o777;
    assert_eq!(mode, 0o700);
    for (name, _) in bytes_of(&profile) {
        let mode = fs::metadata(profile.join(&name))
            .expect("a file")
            .permissions()
            .mode()
            & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
    fs::set_permissions(&profile, fs::Permissions::from_mode(0o755)).expect("our own folder");
    let error = ana.fails(3, &["note", "cat", &note]);
    assert!(
        message(&error).contains("chmod"),
        "the fix is named: {error}"
    );
    fs::set_permissions(&profile, fs::Permissions::from_mode(0o700)).expect("our own folder");
    assert_eq!(ana.text(&note), "kept");
}

/// Ana invites on a running peer; Ben has a note of his own and nothing of hers.
fn invited(ground: &Ground, minutes: &str) -> (Peer, Peer, String) {
    let network = Network::new(ground);
    let mut ana = Peer::new(network.host("ana"), "Ana");
    let ben = Peer::new(network.host("ben"), "Ben");
    ana.start(&LISTEN);
    let ticket = ana.text_of(&["space", "invite", "--minutes", minutes], "ticket");
    (ana, ben, ticket)
}

fn member_count(peer: &Peer) -> usize {
    peer.json(&["space", "members"])
        .as_array()
        .expect("a list")
        .len()
}

fn mistyped_ticket(ground: &Ground) {
    let (ana, ben, ticket) = invited(ground, "10");
    let middle = ticket.len() / 2;
    let other = if &ticket[middle..=middle] == "A" {
        "B"
    } else {
        "A"
    };
    let one_wrong = format!("{}{other}{}", &ticket[..middle], &ticket[middle + 1..]);
    let cut_short = ticket[..ticket.len() - 5].to_owned();
    for wrong in [
        one_wrong,
        cut_short,
        "SKEIN1-".into(),
        "good morning".into(),
        "x".repeat(9000),
    ] {
        ben.fails(2, &["space", "join", &wrong]);
    }
    assert_eq!(member_count(&ana), 1);
    // What a person may change in typing it over is not a mistake.
    let typed = ticket.to_lowercase().replacen("skein1-", "skein1 - ", 1);
    ben.json(&["space", "join", &typed]);
    assert_eq!(member_count(&ana), 2);
}

fn used_ticket(ground: &Ground) {
    let network = Network::new(ground);
    let mut ana = Peer::new(network.host("ana"), "Ana");
    let ben = Peer::new(network.host("ben"), "Ben");
    let eve = Peer::new(network.host("eve"), "Eve");
    ana.start(&LISTEN);
    let ticket = ana.text_of(&["space", "invite"], "ticket");
    let first = ben.json(&["space", "join", &ticket]);
    eve.fails(1, &["space", "join", &ticket, "--wait", "15s"]);
    assert_eq!(member_count(&ana), 2);
    let again = ben.json(&["space", "join", &ticket]);
    assert_eq!(
        first["space"], again["space"],
        "the same device may repeat it"
    );
    assert_eq!(member_count(&ana), 2);
}

fn expired_ticket(ground: &Ground) {
    let (ana, ben, ticket) = invited(ground, "1");
    let note = ben.text_of(&["note", "new", "--title", "Own"], "note");
    let made = Instant::now();
    until(
        "the ticket's minute is over",
        Duration::from_secs(70),
        || (made.elapsed() > Duration::from_secs(61)).then_some(()),
    );
    let answer = ben.skein(&["--json", "space", "join", &ticket, "--wait", "5s"]);
    // After its expiry the listener is closed: the joiner meets nobody, or is told "expired".
    assert!(matches!(answer.code, Some(1 | 4)), "{answer:?}");
    refusal(answer.code.unwrap_or_default(), &answer, "space join");
    assert_eq!(member_count(&ana), 1);
    assert_eq!(ben.text(&note), "");
}

fn busy_port(ground: &Ground) {
    let (ana, note) = with_note(ground);
    let holder = ana.host.listener().expect("a listener");
    let port = holder.local_addr().expect("its address").port();
    let error = ana.fails(
        4,
        &["run", "--listen", &format!("/ip4/127.0.0.1/tcp/{port}")],
    );
    assert!(
        message(&error).contains(&port.to_string()),
        "it names port {port}: {error}"
    );
    assert_eq!(ana.text(&note), "kept");
}

fn unreachable(ground: &Ground) {
    let (mut ana, note) = with_note(ground);
    ana.start(&LISTEN);
    let silent = if ground.has_namespaces() {
        "10.77.0.250"
    } else {
        "127.0.0.1"
    };
    ana.fails(4, &["peer", "add", &format!("/ip4/{silent}/tcp/9")]);
    ana.fails(2, &["peer", "add", "next door"]);
    assert!(ana.runs());
    assert_eq!(ana.text(&note), "kept");
}

fn no_running_peer(ground: &Ground) {
    let (ana, _) = with_note(ground);
    ana.fails(4, &["watch"]);
    ana.fails(4, &["wait", "--heads-equal", "--timeout", "1s"]);
    ana.fails(1, &["note", "cat", "00000000"]);
    ana.fails(2, &["note", "cat", "not-an-id"]);
    let wrong = ana.skein(&["note", "no-such-command"]);
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
}

fn edit_out_of_range(ground: &Ground) {
    let (ana, note) = with_note(ground);
    let good = r#"{"at":4,"delete":0,"insert":" words"}"#;
    for bad in [
        r#"{"at":400,"delete":0,"insert":"x"}"#,
        r#"{"at":0,"delete":400,"insert":""}"#,
        r#"{"at":-1,"delete":0,"insert":"x"}"#,
        "{at}",
    ] {
        let lines = format!("{good}\n{bad}\n{good}\n");
        let answer = ana.skein_with(&["--json", "note", "edit", &note, "--edits", "-"], &lines);
        refusal(1, &answer, "note edit");
        assert_eq!(
            answer.out.lines().count(),
            1,
            "the one before it stays: {answer:?}"
        );
    }
    assert_eq!(ana.text(&note), "kept words words words words");
    ana.verify_clean();
}
